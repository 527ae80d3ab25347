"""Notices informing a coach that a notebook was started, or was unlocked on a new device."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy.orm import Session as Transaction

from api.http.principal import Principal
from api.mail.rows import MailKind
from api.participants.notices import send_notices
from api.participants.service import person_row
from api.services import Services

EVENT, DEVICE = "event", "device"  # keys of the content of a notice


class NotebookEvent(StrEnum):
    """A change to a coach's notes, of which the coach is notified."""

    STARTED = "started"
    OPENED = "opened"


def notify_coach(
    tx: Transaction, services: Services, principal: Principal, event: NotebookEvent, device: str
) -> None:
    """Notify a coach, at their current and former addresses, of an event about their notes.

    Nothing is sent if this server does not send email.
    """
    if services.settings.mail.enabled:
        person = person_row(tx, principal.person_id or "")
        content = {EVENT: event.value, DEVICE: device}
        kind, now = MailKind.NOTES_NOTICE, services.now()
        send_notices(tx, services.enqueue, person, kind, content, now=now)
