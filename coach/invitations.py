"""Invitations to sessions, and the messages that announce and change them.

An invitation addresses one person and never names the other participant. Methods and SEQUENCE
follow RFC 5546 (iTIP).
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
"""Properties whose change invalidates an earlier reply (RFC 5546, section 2.1.4)."""

_PROPERTY_OF_FIELD = {
    "number": "SUMMARY",
    "count": "SUMMARY",
    "start": "DTSTART",
    "end": "DTEND",
    "join_link": "CONFERENCE",
}


class InvitationValue(BaseModel):
    """Base class for the models in this module."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Method(StrEnum):
    """The iTIP method of a message."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


class Status(StrEnum):
    """The STATUS of a calendar event."""

    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


class Invitation(InvitationValue):
    """A person's invitation to session `number` of `count`, in `[start, end)`.

    `join_link` is the URL of an online meeting. Nothing sets it at present.
    """

    uid: str
    number: int
    count: int
    start: Instant
    end: Instant
    join_link: str | None = None


class SentInvitation(InvitationValue):
    """An invitation as last sent to a person.

    Cancelled invitations are included, so that SEQUENCE continues if the session is reinstated.
    """

    invitation: Invitation
    sequence: int = Field(ge=0)
    status: Status


class Message(InvitationValue):
    """A message to one person about one session.

    Attributes:
        method: the iTIP method.
        invitation: the invitation that is sent or cancelled.
        sequence: the SEQUENCE of the event.
        stamp: when the message was created (DTSTAMP).
        asks_again: whether the change invalidates an earlier reply and requires a new one.
    """

    method: Method
    invitation: Invitation
    sequence: int = Field(ge=0)
    stamp: Instant
    asks_again: bool

    @property
    def status(self) -> Status:
        """The status of the event after this message."""
        return Status.CONFIRMED if self.method is Method.REQUEST else Status.CANCELLED


def invitations_by_uid(sessions: Iterable[Session]) -> dict[str, Invitation]:
    """Return the invitations to a pair's sessions, by uid."""
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
    """Return the messages that turn `before` into `after` for one person, in chronological order.

    A new session produces a REQUEST, a changed session a REQUEST with SEQUENCE + 1, and a removed
    session a CANCEL with SEQUENCE + 1. An unchanged session produces no message. Both mappings are
    keyed by uid; `now` is an aware datetime.
    """
    messages = [_request(before.get(uid), invitation, now) for uid, invitation in after.items()]
    messages += [
        _cancel(last, now)
        for uid, last in before.items()
        if uid not in after and last.status is Status.CONFIRMED
    ]
    return tuple(
        sorted(
            (message for message in messages if message is not None),
            key=lambda message: (message.invitation.start, message.invitation.uid),
        )
    )


def reissue_all(
    before: Mapping[str, SentInvitation], after: Mapping[str, Invitation], now: datetime
) -> tuple[Message, ...]:
    """Return a message for every invitation in `after`, changed or not, in chronological order.

    Used to resend an entire plan. Unchanged invitations keep their SEQUENCE. Removed sessions
    produce no message.
    """
    changed = {one.invitation.uid: one for one in diff_invitations(before, after, now)}
    messages = (changed.get(uid) or repeat_request(before[uid], now) for uid in after)
    return tuple(sorted(messages, key=lambda one: (one.invitation.start, one.invitation.uid)))


def apply_messages(
    before: Mapping[str, SentInvitation], sent: Iterable[Message]
) -> dict[str, SentInvitation]:
    """Return a person's invitations as last sent, by uid, once the messages `sent` are sent.

    Messages with an outdated SEQUENCE are ignored, so replaying them cannot reinstate a cancelled
    session.
    """
    latest = dict(before)
    for message in sent:
        uid = message.invitation.uid
        if uid not in latest or message.sequence >= latest[uid].sequence:
            latest[uid] = SentInvitation(
                invitation=message.invitation, sequence=message.sequence, status=message.status
            )
    return latest


def repeat_request(last: SentInvitation, now: datetime) -> Message:
    """Return a message that repeats an invitation with the same SEQUENCE.

    Raises:
        ValueError: the session is cancelled.
    """
    if last.status is Status.CANCELLED:
        raise ValueError(f"session {last.invitation.uid} is cancelled; no reply can be requested")
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
