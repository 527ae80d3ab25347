"""What the pages of a cycle show of its mails: what waits, and what could not be delivered."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session as Transaction

from api.cycles.service import CycleHeader
from api.invitations import dispatch as waiting_mail
from api.mail import delivery as posting
from api.mail.delivery import FailedMail
from api.mail.rows import MailKind
from api.services import Services
from api.web.date_formats import format_short_datetime


def mail_context(
    tx: Transaction, services: Services, cycle: CycleHeader, *, include_recipients: bool
) -> dict[str, object]:
    """The values that `invitations/waiting_messages.html` is drawn from.

    To whom no mail could be delivered is told only where it is `include_recipients`, and that is
    noted in the audit trail; elsewhere it is how many there are.
    """
    sends, zone = services.settings.mail.enabled, ZoneInfo(cycle.timezone)
    status = posting.delivery_status(tx, cycle.id, sends=sends)
    return {
        "waiting": waiting_mail.waiting(tx, cycle.id, now=services.now(), sends=sends),
        "post": status,
        "failed": [(mail, _describe(mail, zone)) for mail in status.failed]
        if include_recipients
        else [],
    }


def _describe(mail: FailedMail, zone: ZoneInfo) -> str:
    session = f"ession {mail.number}, {format_short_datetime(mail.start, zone)}"
    return f"S{session}" if mail.kind is MailKind.INVITATION else f"Reminder of s{session}"
