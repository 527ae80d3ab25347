"""Every kind of job, in one table. A new kind is one module and one line here."""

from __future__ import annotations

from collections.abc import Mapping

from api.audit_trail import job as verifying
from api.background.job_type import JobType
from api.data_protection import job as retaining
from api.mail import job as mailing
from api.plan_queries import job as answering
from api.reminders import job as reminding
from api.runs import job as solving

JOB_TYPES: tuple[JobType, ...] = (
    solving.RUN_JOB_TYPE,
    answering.QUERY_JOB_TYPE,
    mailing.DISPATCH_JOB_TYPE,
    mailing.MAIL_JOB_TYPE,
    reminding.REMINDER_JOB_TYPE,
    verifying.AUDIT_VERIFICATION_JOB_TYPE,
    retaining.RETENTION_JOB_TYPE,
)

JOB_TYPES_BY_NAME: Mapping[str, JobType] = {kind.name: kind for kind in JOB_TYPES}
