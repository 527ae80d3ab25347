"""Shows an email as its recipient sees it, before or after it is sent, and sends tests.

The recipient's secret link is replaced, because anybody who reads it could act for the person. A
test cannot affect a person either: its calendar object has another UID, and its reply token belongs
to nobody.
"""

from __future__ import annotations

from datetime import datetime
from email import message_from_bytes
from email.policy import default

from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.cycles.service import CycleHeader, cycle_header
from api.database.types import new_id
from api.invitations import facts
from api.invitations.files import OutgoingMail, outgoing_mail, render_outgoing
from api.invitations.introduction import OutgoingIntroduction
from api.mail import smtp
from api.mail.rows import OUTBOX_KINDS, MailRow, MailState, find_mail
from api.organisation import MailAddress
from api.participants.person_summary import PersonSummary, person_summary
from api.participants.service import person_row
from api.services import Services
from api.values import FrozenModel
from coach.errors import ConflictError, NotFoundError

HIDDEN_SECRET = "link-hidden-here"  # noqa: S105 - no secret
"""The text that replaces a person's secret link in emails that the office reads."""
_NO_TOKEN = "0" * 32


class SampleRecipient(FrozenModel):
    """The address to which a manager sends a test, usually their own."""

    address: MailAddress


class ReadableMail(FrozenModel):
    """An email as its recipient sees it.

    Attributes:
        html: the HTML part, which may only be displayed in a sandboxed frame.
        calendar: the calendar object; empty if there is none.
        state: the delivery state of the email.
        ended_at: when the email was sent, failed or was cancelled.
        tries: the number of the latest delivery attempt, from 0; see `dispatch.send_again`.
    """

    subject: str
    sender: str
    address: str
    plain: str
    html: str
    calendar: str
    state: MailState
    ended_at: datetime | None
    tries: int = 0


class MailOfCycle(FrozenModel):
    """One of a cycle's emails, with its recipient; `sends` is true if this server sends email."""

    cycle: CycleHeader
    id: str
    to: PersonSummary
    mail: ReadableMail
    sends: bool


def read_mail(services: Services, cycle_id: str, mail_id: str) -> MailOfCycle:
    """Return one of a cycle's emails as its recipient sees it, without the secret link.

    Raises:
        NotFoundError: there is no such introduction, invitation or cancellation in this cycle.
        ConflictError: the email is an introduction to a person without upcoming sessions.
    """
    with services.database.reading() as tx:
        row = office_mail_row(tx, cycle_id, mail_id)
        person = person_row(tx, row.person_id)
        content = render_outgoing(outgoing_mail(tx, row, person, None), services, HIDDEN_SECRET)
        return MailOfCycle(
            cycle=cycle_header(tx, cycle_id),
            id=row.id,
            to=person_summary(person),
            mail=readable_mail(content, row.state, row.ended_at).model_copy(
                update={"tries": row.tries}
            ),
            sends=services.settings.mail.enabled,
        )


def readable_mail(
    content: bytes, state: MailState = MailState.DRAFT, ended_at: datetime | None = None
) -> ReadableMail:
    """Parse a rendered email, and return its headers and parts."""
    mail = message_from_bytes(content, policy=default)
    parts = {
        part.get_content_type(): part.get_content()
        for part in mail.walk()
        if part.get_content_type() in {"text/plain", "text/html", "text/calendar"}
    }
    return ReadableMail(
        subject=str(mail["Subject"]),
        sender=str(mail["From"]),
        address=str(mail["To"]),
        plain=parts.get("text/plain", ""),
        html=parts.get("text/html", ""),
        calendar=parts.get("text/calendar", "").replace("\r\n", "\n"),
        state=state,
        ended_at=ended_at,
    )


def send_test(services: Services, cycle_id: str, mail_id: str, to: SampleRecipient) -> None:
    """Send one of a cycle's emails to a manager's own address, as a test.

    Raises:
        NotFoundError: there is no such introduction, invitation or cancellation in this cycle.
        ConflictError: this server does not send email, or the mail server did not accept the test.
    """
    if not services.settings.mail.enabled:
        raise ConflictError(facts.SENDS_NO_EMAIL(setting="GENDER_COACH_MAIL__HOST"))
    with services.database.writing() as tx:
        row = office_mail_row(tx, cycle_id, mail_id)
        outgoing = outgoing_mail(tx, row, person_row(tx, row.person_id), None)
        record_event(tx, "test mail sent", "mail", row.id)
    content = render_outgoing(_as_test(outgoing, to.address), services, HIDDEN_SECRET, _NO_TOKEN)
    sender = services.settings.deployment.organiser_address
    try:
        smtp.send_message(services.settings.mail, sender, to.address, content)
    except smtp.DeliveryError as error:
        raise ConflictError(facts.TEST_NOT_SENT(reason=error.shown)) from error


def office_mail_row(tx: Transaction, cycle_id: str, mail_id: str) -> MailRow:
    """Return one of a cycle's introductions, invitations or cancellations.

    Raises:
        NotFoundError: there is no such email in this cycle.
    """
    row = find_mail(tx, mail_id)
    if row is None or row.cycle_id != cycle_id or row.kind not in OUTBOX_KINDS:
        raise NotFoundError(facts.NO_SUCH_MAIL(mail=mail_id))
    return row


def _as_test(outgoing: OutgoingMail, address: str) -> OutgoingMail:
    changed = outgoing.model_copy(update={"address": address})
    if isinstance(changed, OutgoingIntroduction):
        return changed.model_copy(update={"mail_id": new_id()})
    invitation = changed.message.invitation.model_copy(update={"uid": f"test-{new_id()}"})
    message = changed.message.model_copy(update={"invitation": invitation})
    return changed.model_copy(update={"message": message})
