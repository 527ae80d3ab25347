"""Sending invitations and cancellations, either by this server or by the programme office."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.cycles.service import cycle_row
from api.invitations import facts
from api.invitations.delivery_status import DeliveryStatus, delivery_status_of
from api.invitations.outgoing_invitation import stored_message
from api.invitations.pending import pending_rows
from api.invitations.reading import office_mail_row
from api.invitations.release import release_mails
from api.mail.rows import (
    ACCESS_KINDS,
    SENT_STATES,
    MailKind,
    MailRow,
    MailState,
    about_the_same,
    find_mail,
)
from api.services import Services
from coach.errors import ConflictError, NotFoundError

_NOT_FAILED = {
    MailState.DRAFT: facts.NOT_RELEASED(),
    MailState.WAITING: facts.ABOUT_TO_BE_SENT(),
    MailState.SENDING: facts.BEING_SENT(),
    MailState.SENT: facts.ALREADY_SENT(),
    MailState.CANCELLED: facts.NO_LONGER_NEEDED(),
    MailState.SENT_OTHERWISE: facts.ALREADY_MARKED(),
}


def release_messages(services: Services, cycle_id: str, until: datetime) -> DeliveryStatus:
    """Release the pending messages created up to `until` for sending, and return the new status.

    Raises:
        NotFoundError: there is no such cycle.
        ConflictError: this server does not send email.
    """
    require_mail_enabled(services)
    with services.database.writing() as tx:
        mails = _sendable_until(tx, services, cycle_id, until)
        release_mails(tx, services, mails, now=services.now())
        record_event(tx, "messages released", "cycle", cycle_id, messages=len(mails))
        return delivery_status_of(tx, services, cycle_id)


def mark_sent(services: Services, cycle_id: str, until: datetime) -> int:
    """Record that the office has sent the pending messages created up to `until`.

    After that, this server does not send these messages. Returns the number of messages.

    Raises:
        NotFoundError: there is no such cycle.
    """
    now = services.now()
    with services.database.writing() as tx:
        mails = _sendable_until(tx, services, cycle_id, until)
        for mail in mails:
            mail.state, mail.ended_at = MailState.SENT_OTHERWISE, now
        record_event(tx, "messages sent", "cycle", cycle_id, messages=len(mails))
        return len(mails)


def retry_failed(services: Services, cycle_id: str) -> DeliveryStatus:
    """Retry a cycle's failed emails at current addresses, and return the new status.

    Emails about people's own access (`ACCESS_KINDS`), such as one-time codes, are excluded.

    Raises:
        NotFoundError: there is no such cycle.
        ConflictError: this server does not send email.
    """
    require_mail_enabled(services)
    with services.database.writing() as tx:
        cycle_row(tx, cycle_id)
        failed = tx.scalars(
            select(MailRow).where(
                MailRow.cycle_id == cycle_id,
                MailRow.kind.not_in(ACCESS_KINDS),
                MailRow.state == MailState.FAILED,
            )
        ).all()
        release_mails(tx, services, failed, now=services.now())
        record_event(tx, "mails tried again", "cycle", cycle_id, mails=len(failed))
        return delivery_status_of(tx, services, cycle_id)


def send_again(
    services: Services, cycle_id: str, mail_id: str, *, seen_tries: int | None = None
) -> None:
    """Send one email again, for example to a person who has deleted it.

    An invitation keeps its SEQUENCE, and the person keeps their reply; only the time of the message
    is new, so that calendars and email programs do not mistake it for the earlier message. If the
    email has been sent again since the page with `seen_tries` was shown, nothing happens, so
    pressing the button twice sends one email.

    Raises:
        NotFoundError: there is no such introduction, invitation or cancellation in this cycle.
        ConflictError: this server does not send email; the email has not been sent yet; or there is
            a newer message about the session or group event.
    """
    require_mail_enabled(services)
    now = services.now()
    with services.database.writing() as tx:
        mail = office_mail_row(tx, cycle_id, mail_id)
        if seen_tries is not None and mail.tries != seen_tries:
            return
        if mail.state not in (*SENT_STATES, MailState.FAILED):
            raise ConflictError(facts.NOT_SENT_YET())
        if mail.kind is MailKind.INVITATION:
            _require_latest(tx, mail)
            message = stored_message(mail).model_copy(update={"stamp": now, "before": None})
            mail.content = message.model_dump(mode="json")
        release_mails(tx, services, [mail], now=now)
        record_event(tx, "mail sent again", "mail", mail.id)


def _require_latest(tx: Transaction, mail: MailRow) -> None:
    newer = select(MailRow.id).where(
        MailRow.kind == MailKind.INVITATION,
        about_the_same(mail),
        MailRow.occasion > mail.occasion,
    )
    if tx.scalar(newer.limit(1)) is not None:
        raise ConflictError(facts.SUPERSEDED())


def mark_sent_otherwise(services: Services, cycle_id: str, mail_id: str) -> DeliveryStatus:
    """Record that the office has sent a failed email another way, and return the new status.

    Raises:
        NotFoundError: there is no such email in this cycle.
        ConflictError: the email has not failed.
    """
    now = services.now()
    with services.database.writing() as tx:
        mail = find_mail(tx, mail_id)
        if mail is None or mail.cycle_id != cycle_id or mail.kind in ACCESS_KINDS:
            raise NotFoundError(facts.NO_SUCH_MAIL(mail=mail_id))
        if mail.state is not MailState.FAILED:
            raise ConflictError(_NOT_FAILED[mail.state])
        mail.state, mail.ended_at = MailState.SENT_OTHERWISE, now
        record_event(tx, "mail sent otherwise", "mail", mail.id)
        return delivery_status_of(tx, services, cycle_id)


def _sendable_until(
    tx: Transaction, services: Services, cycle_id: str, until: datetime
) -> list[MailRow]:
    rows = pending_rows(
        tx, cycle_id, now=services.now(), mail_enabled=services.settings.mail.enabled
    )
    return [mail for mail in rows.sendable if mail.created_at <= until]


def require_mail_enabled(services: Services) -> None:
    """Check that this server sends email.

    Raises:
        ConflictError: this server does not send email.
    """
    if not services.settings.mail.enabled:
        raise ConflictError(facts.SENDS_NO_EMAIL(setting="GENDER_COACH_MAIL__HOST"))
