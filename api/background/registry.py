"""Every kind of job, in one table. A new kind is one module and one line here."""

from __future__ import annotations

from collections.abc import Mapping

from api.audit_trail import job as verifying
from api.background.job_type import JobKind
from api.data_protection import job as retaining
from api.mail import job as mailing
from api.plan_queries import job as answering
from api.reminders import job as reminding
from api.runs import job as solving

KINDS: tuple[JobKind, ...] = (
    solving.RUN,
    answering.QUESTION,
    mailing.POST,
    mailing.MAIL,
    reminding.REMINDING,
    verifying.VERIFYING,
    retaining.RETAINING,
)

BY_NAME: Mapping[str, JobKind] = {kind.name: kind for kind in KINDS}
