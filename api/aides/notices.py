"""Emails that notify a coachee of a new aide's link, and of an aide's answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Transaction

from api.aides import facts
from api.mail.delivery import release
from api.mail.rows import MailKind, MailRow
from api.participants.notices import ADDRESS, send_notices
from api.participants.rows import PersonRow
from api.rescheduling.decisions import Decision
from api.services import Services
from coach.errors import ConflictError
from coach.sessions import Reply

EVENT, LABEL = "event", "label"  # keys of the content of a notice
START, END, PROPOSED = "start", "end", "proposed"
_MAX_PER_DAY = 50


class AideEvent(StrEnum):
    """An event that a coachee is notified of."""

    LINK_MADE = "link made"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"  # a time that the other participant had proposed
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


EVENT_OF_REPLY = {Reply.ACCEPTED: AideEvent.ACCEPTED, Reply.DECLINED: AideEvent.DECLINED}
EVENT_OF_DECISION = {
    Decision.CONFIRM: AideEvent.CONFIRMED,
    Decision.REFUSE: AideEvent.REFUSED,
    Decision.WITHDRAW: AideEvent.WITHDRAWN,
}


@dataclass(frozen=True, slots=True)
class AideAct:
    """An aide's action, the session's time before it, and the start of any proposed time."""

    event: AideEvent
    start: datetime
    end: datetime
    proposed: datetime | None = None


def notify_of_link(tx: Transaction, services: Services, person: PersonRow, label: str) -> None:
    """Notify a coachee, at their current and former addresses, that an aide's link was created.

    Nothing is sent if this server does not send email.
    """
    if services.settings.mail.enabled:
        content = {EVENT: AideEvent.LINK_MADE.value, LABEL: label}
        send_notices(
            tx, services.enqueue, person, MailKind.AIDE_NOTICE, content, now=services.now()
        )


def notify_of_answer(
    tx: Transaction,
    services: Services,
    person: PersonRow,
    content: Mapping[str, str],
) -> None:
    """Notify a coachee, at their current address, of an aide's answer to a session.

    `content` is the content of the notice without an address; see `answer_content`.

    Nothing is sent if this server does not send email, or the coachee has no address.

    Raises:
        ConflictError: the coachee was sent too many of these emails in the last day.
    """
    now = services.now()
    if not services.settings.mail.enabled or not person.email:
        return
    if _count_since(tx, person.id, now - timedelta(days=1)) >= _MAX_PER_DAY:
        raise ConflictError(facts.TOO_MANY_ANSWERS())
    mail = MailRow(
        kind=MailKind.AIDE_NOTICE,
        cycle_id=person.cycle_id,
        person_id=person.id,
        content={**content, ADDRESS: person.email},
        created_at=now,
    )
    release(tx, services.enqueue, [mail], {person.id: person.email}, now=now)


def answer_content(label: str, act: AideAct) -> dict[str, str]:
    """Return the content of a notice that the aide named `label` has acted on a session."""
    content = {
        EVENT: act.event.value,
        LABEL: label,
        START: act.start.isoformat(),
        END: act.end.isoformat(),
    }
    return content if act.proposed is None else {**content, PROPOSED: act.proposed.isoformat()}


def _count_since(tx: Transaction, person_id: str, since: datetime) -> int:
    query = select(func.count(MailRow.id)).where(
        MailRow.person_id == person_id,
        MailRow.kind == MailKind.AIDE_NOTICE,
        MailRow.created_at > since,
    )
    return tx.scalar(query) or 0
