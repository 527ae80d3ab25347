"""Invitations to sessions and group events, and the messages that announce and change them.

An invitation is addressed to one person. It names the other participant only if the deployment
allows it. Methods and SEQUENCE follow RFC 5546 (iTIP): only a significant change raises SEQUENCE
and asks for a new answer. After any other change, SEQUENCE stays the same, and the message contains
the recipient's last known answer, so that their calendar keeps it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from coach.group_events import GroupEventKind
from coach.sessions import Instant, Session, SessionMode

SIGNIFICANT_PROPERTIES = frozenset(
    {"DTSTART", "DTEND", "DURATION", "DUE", "RRULE", "RDATE", "EXDATE", "STATUS"}
)
"""Properties whose change invalidates an earlier reply (RFC 5546, section 2.1.4)."""

_PROPERTY_OF_FIELD = {
    "number": "SUMMARY",
    "count": "SUMMARY",
    "start": "DTSTART",
    "end": "DTEND",
    "mode": "LOCATION",
    "place": "LOCATION",
    "join_link": "CONFERENCE",
    "event": "SUMMARY",
    "first_day": "DTSTART",
    "last_day": "DTEND",
    "is_required": "ATTENDEE",
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


class PartStat(StrEnum):
    """A person's answer as their calendar shows it (PARTSTAT)."""

    NEEDS_ACTION = "NEEDS-ACTION"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    TENTATIVE = "TENTATIVE"


class Invitation(InvitationValue):
    """A person's invitation to session `number` of `count`, which takes place in `[start, end)`.

    An invitation to a group event has number 1 of 1.

    Attributes:
        join_link: the URL of an online meeting.
        mode: how the participants meet.
        place: where they meet, in the office's words.
        with_name: the name of the other participant. It is added when the invitation is rendered
            and is not stored; a change of name produces no message.
        event: the kind of the group event; `None` for a session.
        first_day: the first day of a group event that lasts whole days; otherwise `None`.
        last_day: the last day, as for `first_day`.
        is_required: whether the person is expected to attend the group event.
    """

    uid: str
    number: int
    count: int
    start: Instant
    end: Instant
    join_link: str | None = None
    mode: SessionMode | None = None
    place: str = ""
    with_name: str | None = None
    event: GroupEventKind | None = None
    first_day: date | None = None
    last_day: date | None = None
    is_required: bool = True


class SentInvitation(InvitationValue):
    """An invitation as last sent to a person.

    A cancelled invitation is kept, so that SEQUENCE continues if the session is reinstated.
    `partstat` is the person's last known answer. `stamp` is the DTSTAMP of the last message, if
    known.
    """

    invitation: Invitation
    sequence: int = Field(ge=0)
    status: Status
    partstat: PartStat = PartStat.NEEDS_ACTION
    stamp: Instant | None = None


class Message(InvitationValue):
    """A message to one person about one session or one date of a group event.

    Attributes:
        method: the iTIP method.
        invitation: the invitation that is sent or cancelled.
        sequence: the SEQUENCE of the event.
        stamp: when the message was created (DTSTAMP).
        asks_again: whether the change invalidates an earlier reply and requires a new one.
        partstat: the recipient's last known answer; `NEEDS_ACTION` if a new one is required.
        before: the invitation last sent to the recipient, if the message changes a confirmed
            session; otherwise `None`.
        refuses_counter: whether to ask the recipient's calendar not to offer counter-proposals.
    """

    method: Method
    invitation: Invitation
    sequence: int = Field(ge=0)
    stamp: Instant
    asks_again: bool
    partstat: PartStat = PartStat.NEEDS_ACTION
    before: Invitation | None = None
    refuses_counter: bool = False

    @property
    def status(self) -> Status:
        """The status of the event after this message."""
        return Status.CONFIRMED if self.method is Method.REQUEST else Status.CANCELLED

    def answered(self, partstat: PartStat) -> Message:
        """Return the message for a recipient whose last known answer is `partstat`.

        Cancellations, and messages that require a new answer, do not contain it.
        """
        if self.asks_again or self.method is Method.CANCEL or partstat is self.partstat:
            return self
        return self.model_copy(update={"partstat": partstat})


def invitations_by_uid(sessions: Iterable[Session]) -> dict[str, Invitation]:
    """Return the invitations to a pair's sessions, keyed by uid."""
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

    A new session produces a REQUEST, and a removed session a CANCEL with SEQUENCE + 1. A changed
    session produces a REQUEST: with SEQUENCE + 1 if the change is significant, otherwise with the
    same SEQUENCE and the person's last known answer. An unchanged session produces no message. Both
    mappings are keyed by uid; `now` is an aware datetime.
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
    """Return the invitations last sent to a person, keyed by uid, after the messages `sent`.

    Messages with an outdated SEQUENCE, or with the same SEQUENCE and an earlier stamp, are ignored,
    so replaying them cannot reinstate a cancelled session.
    """
    latest = dict(before)
    for message in sent:
        uid = message.invitation.uid
        if uid not in latest or _is_newer(message, latest[uid]):
            latest[uid] = SentInvitation(
                invitation=message.invitation,
                sequence=message.sequence,
                status=message.status,
                partstat=message.partstat,
                stamp=message.stamp,
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
        partstat=last.partstat,
    )


def _is_newer(message: Message, last: SentInvitation) -> bool:
    if message.sequence != last.sequence:
        return message.sequence > last.sequence
    return last.stamp is None or message.stamp >= last.stamp


def _request(last: SentInvitation | None, invitation: Invitation, now: datetime) -> Message | None:
    if last is None:
        return Message(
            method=Method.REQUEST, invitation=invitation, sequence=0, stamp=now, asks_again=True
        )
    changed = _changed_properties(last, invitation)
    if not changed:
        return None
    is_significant = not changed.isdisjoint(SIGNIFICANT_PROPERTIES)
    return Message(
        method=Method.REQUEST,
        invitation=invitation,
        sequence=last.sequence + is_significant,
        stamp=now,
        asks_again=is_significant,
        before=last.invitation if last.status is Status.CONFIRMED else None,
    ).answered(last.partstat)


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
