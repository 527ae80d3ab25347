"""Changes one session, and announces the change to both participants.

Apart from publishing a plan, this is the only way to change the time, the mode or the state of a
session. Messages are stored as draft emails in the transaction that changes the session.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, AwareDatetime, StringConstraints, model_validator
from pydantic_core import Url
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.invitations import facts
from api.invitations.outgoing_invitation import current_invitation
from api.invitations.release import release_sendable
from api.invitations.session_messages import (
    answers_to,
    apply_message,
    counter_cutoff,
    draft_mails,
    last_sent,
)
from api.mail.rows import MailRow
from api.services import Services
from api.sessions.rows import MAX_LINK_LENGTH, MAX_PLACE_LENGTH, SessionRow, SessionState
from api.values import FrozenModel
from coach.errors import ConflictError, InvalidValueError
from coach.feedback import LongText, SingleLineText
from coach.invitations import Message, diff_invitations
from coach.sessions import SessionMode

_IN_INVITATION = ("mode", "place", "join_link")


def _check_link(text: str) -> str:
    """Return an `https` URL without credentials, or an empty string.

    Raises:
        InvalidValueError: the text is neither such a URL nor empty.
    """
    if not text:
        return text
    try:
        url = Url(text)
    except ValueError as error:
        raise InvalidValueError(facts.NOT_A_JOIN_LINK()) from error
    if url.scheme != "https" or not url.host or url.username or url.password or " " in text:
        raise InvalidValueError(facts.NOT_A_JOIN_LINK())
    return text


Place = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=MAX_PLACE_LENGTH),
    SingleLineText,
]
JoinLink = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=MAX_LINK_LENGTH),
    SingleLineText,
    AfterValidator(_check_link),
]


class SessionChange(FrozenModel):
    """A change to one session. Omitted fields do not change.

    Attributes:
        start: the new start. Without `end`, the session keeps its length.
        end: the new end.
        cancelled: whether the session is cancelled. A cancelled session cannot be changed again.
        mode: the way in which the participants meet; `None` if they arrange this themselves.
        place: the place of the meeting; empty to remove it. Aides can read the place in calendars.
        join_link: an `https` URL of an online meeting; empty to remove it.
        topic: the topic, which is shown on pages but never sent; empty to remove it.
    """

    start: AwareDatetime | None = None
    end: AwareDatetime | None = None
    cancelled: bool = False
    mode: SessionMode | None = None
    place: Place = ""
    join_link: JoinLink = ""
    topic: LongText = ""

    @model_validator(mode="after")
    def _check_times(self) -> Self:
        if self.start and self.end and self.end <= self.start:
            raise InvalidValueError(facts.ENDS_BEFORE_START())
        return self


def announce(
    tx: Transaction,
    session: SessionRow,
    change: SessionChange,
    *,
    now: datetime,
    release_with: Services | None = None,
) -> tuple[MailRow, ...]:
    """Change one session, and create messages to both participants.

    Returns the messages; there are none if only the topic changes. The messages are drafts that the
    office releases with its other messages. With `release_with`, those that can be sent are
    released at once; see `release_sendable`.

    Raises:
        ConflictError: the session is cancelled or has started, its new time is in the past, or it
            would end before it starts.
    """
    _require_changeable(session, now)
    given = change.model_dump(include=change.model_fields_set - {"start", "end", "cancelled"})
    if "topic" in given:
        session.topic = given.pop("topic")
    message = _message(session, change, given, now)
    if message is None:
        record_event(tx, "session changed", "session", session.id)
        return ()
    mails = _announce(tx, session, message, now)
    action = "session cancelled" if change.cancelled else "session changed"
    record_event(tx, action, "session", session.id, revision=session.revision)
    if release_with is not None:
        release_sendable(tx, release_with, mails, now=now)
    return mails


def _announce(
    tx: Transaction, session: SessionRow, message: Message, now: datetime
) -> tuple[MailRow, ...]:
    answers = answers_to(tx, SessionRow.id == session.id)
    session.adjustments += message.sequence != session.sequence
    apply_message(session, message, now=now)
    mails = draft_mails(
        session,
        message,
        answers,
        plan_id=None,
        cutoff=counter_cutoff(tx, session.cycle_id),
        now=now,
    )
    tx.add_all(mails)
    tx.flush()
    return mails


def _require_changeable(session: SessionRow, now: datetime) -> None:
    if session.state is SessionState.CANCELLED:
        raise ConflictError(facts.SESSION_CANCELLED())
    if session.starts_at <= now:
        raise ConflictError(facts.SESSION_STARTED())


def _message(
    session: SessionRow, change: SessionChange, given: dict[str, Any], now: datetime
) -> Message | None:
    """Return the message about a change, or `None` if there is nothing to announce."""
    before = {session.uid: last_sent(session)}
    if change.cancelled:
        return diff_invitations(before, {}, now)[0]
    start = (change.start or session.starts_at).astimezone(UTC)
    length = session.ends_at - session.starts_at
    end = (change.end or start + length).astimezone(UTC)
    if start <= now:
        raise ConflictError(facts.NEW_TIME_IN_THE_PAST())
    if end <= start:
        raise ConflictError(facts.ENDS_BEFORE_START())
    update = {name: given[name] for name in _IN_INVITATION if name in given}
    if "join_link" in update:
        update["join_link"] = update["join_link"] or None
    after = current_invitation(session).model_copy(update=update | {"start": start, "end": end})
    messages = diff_invitations(before, {session.uid: after}, now)
    return messages[0] if messages else None
