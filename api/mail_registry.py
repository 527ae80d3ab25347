"""Collects the mail composers of all subjects, and the callback for failed deliveries."""

from __future__ import annotations

from sqlalchemy.orm import Session as Transaction

from api.aides import mail_composer as aide_mail
from api.audit_trail.log import record_event
from api.enrolment import requests as enrolment_mail
from api.invitations import mail_composer as invitation_mail
from api.mail.composer import MailRegistry
from api.mail.rows import MailRow
from api.participants import mail_composer as address_mail
from api.personal_links import mail_composer as code_mail
from api.reminders import follow_up_mail
from api.reminders import mail_composer as reminder_mail
from api.rescheduling import mail_composer as rescheduling_mail
from api.session_reports import mail_composer as notes_mail


def _record_failure(tx: Transaction, mail: MailRow) -> None:
    record_event(tx, "mail not delivered", "mail", mail.id)


MAIL_REGISTRY = MailRegistry(
    composers={
        **invitation_mail.MAIL_COMPOSERS,
        **reminder_mail.MAIL_COMPOSERS,
        **follow_up_mail.MAIL_COMPOSERS,
        **rescheduling_mail.MAIL_COMPOSERS,
        **code_mail.MAIL_COMPOSERS,
        **address_mail.MAIL_COMPOSERS,
        **notes_mail.MAIL_COMPOSERS,
        **enrolment_mail.MAIL_COMPOSERS,
        **aide_mail.MAIL_COMPOSERS,
    },
    on_failed=_record_failure,
)
