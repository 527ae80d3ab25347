"""Invitations as values, and the one function that says what to send after a change.

Everything here is about one person: a session's other side is never named in an invitation.
RFC 5546 (iTIP) gives the meaning of the methods and of SEQUENCE.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from coach.sessions import Instant, Session

SIGNIFICANT_PROPERTIES = frozenset(
    {"DTSTART", "DTEND", "DURATION", "DUE", "RRULE", "RDATE", "EXDATE", "STATUS"}
)
"""Properties whose change makes an earlier reply worthless (RFC 5546, section 2.1.4)."""

_PROPERTY_OF_FIELD = {
    "number": "SUMMARY",
    "count": "SUMMARY",
    "start": "DTSTART",
    "end": "DTEND",
    "join_link": "CONFERENCE",
}


class InvitationValue(BaseModel):
    """A value of this module."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Method(StrEnum):
    """What a message asks of the calendar that receives it."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


class Status(StrEnum):
    """Whether a session stands."""

    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


class Invitation(InvitationValue):
    """A session as one person is invited to it: number `number` of `count`, `[start, end)`.

    `join_link` is where an online session takes place; nothing in the programme sets it so far.
    """

    uid: str
    number: int
    count: int
    start: Instant
    end: Instant
    join_link: str | None = None


class SentInvitation(InvitationValue):
    """What a person was told last of one session, cancelled ones included.

    A cancelled session is remembered, so that its SEQUENCE goes on from where it was.
    """

    invitation: Invitation
    sequence: int = Field(ge=0)
    status: Status


class Message(InvitationValue):
    """One message about one session.

    Attributes:
        stamp: when this message was made (DTSTAMP).
        asks_again: true where an earlier reply no longer counts.
    """

    method: Method
    invitation: Invitation
    sequence: int = Field(ge=0)
    stamp: Instant
    asks_again: bool

    @property
    def status(self) -> Status:
        """The session's state once this message has been read."""
        return Status.CONFIRMED if self.method is Method.REQUEST else Status.CANCELLED


def invitations_by_uid(sessions: Iterable[Session]) -> dict[str, Invitation]:
    """The invitations to one pair's series, by uid; a series may go on from another coach's."""
    series = tuple(sessions)
    count = max((session.number for session in series), default=0)
    return {
        session.uid: Invitation(
            uid=session.uid,
            number=session.number,
            count=count,
            start=session.start,
            end=session.end,
        )
        for session in series
    }


def diff_invitations(
    before: Mapping[str, SentInvitation], after: Mapping[str, Invitation], now: datetime
) -> tuple[Message, ...]:
    """What one person has to be sent so that `before` becomes `after`, in order of time.

    What appeared is a REQUEST, what changed a REQUEST with a raised SEQUENCE, what vanished a
    CANCEL with a raised SEQUENCE, what is equal nothing. Both mappings are by uid; `now` is aware.
    """
    told = [_request(before.get(uid), invitation, now) for uid, invitation in after.items()]
    told += [
        _cancel(last, now)
        for uid, last in before.items()
        if uid not in after and last.status is Status.CONFIRMED
    ]
    return tuple(
        sorted(
            (message for message in told if message is not None),
            key=lambda message: (message.invitation.start, message.invitation.uid),
        )
    )


def reissue_all(
    before: Mapping[str, SentInvitation], after: Mapping[str, Invitation], now: datetime
) -> tuple[Message, ...]:
    """Every invitation of `after`, whether anything has changed or not, in order of time.

    For whoever hands out the whole of a plan again: what is equal keeps its SEQUENCE.
    """
    changed = {one.invitation.uid: one for one in diff_invitations(before, after, now)}
    told = (changed.get(uid) or repeat_request(before[uid], now) for uid in after)
    return tuple(sorted(told, key=lambda one: (one.invitation.start, one.invitation.uid)))


def apply_messages(
    before: Mapping[str, SentInvitation], sent: Iterable[Message]
) -> dict[str, SentInvitation]:
    """What a person has been told once `sent` has gone out, by uid.

    A message older than what is known changes nothing: a replay revives no cancelled session.
    """
    told = dict(before)
    for message in sent:
        uid = message.invitation.uid
        if uid not in told or message.sequence >= told[uid].sequence:
            told[uid] = SentInvitation(
                invitation=message.invitation, sequence=message.sequence, status=message.status
            )
    return told


def repeat_request(last: SentInvitation, now: datetime) -> Message:
    """The same invitation once more, as a reminder to answer: its SEQUENCE stays.

    Raises:
        ValueError: the session is cancelled, and nothing is to be asked.
    """
    if last.status is Status.CANCELLED:
        raise ValueError(f"session {last.invitation.uid} is cancelled; there is nothing to ask")
    return Message(
        method=Method.REQUEST,
        invitation=last.invitation,
        sequence=last.sequence,
        stamp=now,
        asks_again=False,
    )


def _request(last: SentInvitation | None, invitation: Invitation, now: datetime) -> Message | None:
    changed = {"STATUS"} if last is None else _changed_properties(last, invitation)
    if not changed:
        return None
    return Message(
        method=Method.REQUEST,
        invitation=invitation,
        sequence=0 if last is None else last.sequence + 1,
        stamp=now,
        asks_again=not changed.isdisjoint(SIGNIFICANT_PROPERTIES),
    )


def _cancel(last: SentInvitation, now: datetime) -> Message:
    return Message(
        method=Method.CANCEL,
        invitation=last.invitation,
        sequence=last.sequence + 1,
        stamp=now,
        asks_again=False,
    )


def _changed_properties(last: SentInvitation, invitation: Invitation) -> set[str]:
    changed = {
        name
        for field, name in _PROPERTY_OF_FIELD.items()
        if getattr(last.invitation, field) != getattr(invitation, field)
    }
    return changed | ({"STATUS"} if last.status is Status.CANCELLED else set())
