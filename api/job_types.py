"""Collects the job types that subjects define in their `job.py`."""

from __future__ import annotations

from api.audit_trail import job as audit_trail_job
from api.background.job_type import JobType
from api.data_protection import job as data_protection_job
from api.mail.job import mail_job_types
from api.mail_registry import MAIL_REGISTRY
from api.overview import digest
from api.plan_queries import job as plan_queries_job
from api.reminders import job as reminders_job
from api.replies import job as replies_job
from api.rescheduling import job as rescheduling_job
from api.runs import job as runs_job
from api.webhooks import job as webhooks_job

JOB_TYPES: tuple[JobType, ...] = (
    *runs_job.JOBS,
    *plan_queries_job.JOBS,
    *mail_job_types(MAIL_REGISTRY),
    *reminders_job.JOBS,
    *replies_job.JOBS,
    *rescheduling_job.JOBS,
    *audit_trail_job.JOBS,
    *data_protection_job.JOBS,
    *webhooks_job.JOBS,
    *digest.JOBS,
)
