"""Group events as shown on pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from api.group_events import facts
from api.group_events.own import OwnEvent
from api.group_events.views import GroupDate, GroupEvent, InvitedPerson
from api.web.date_formats import format_event_time, format_short_datetime
from api.web.labels import Badge
from coach.group_events import GroupEventKind
from coach.sessions import Reply
from coach.texts.facts import Displayed

_REPLY = {
    Reply.NONE: Badge(facts.WAITING(), "warn"),
    Reply.ACCEPTED: Badge(facts.ACCEPTED(), "good"),
    Reply.DECLINED: Badge(facts.DECLINED(), "bad"),
}
_OWN_REPLY = {
    Reply.NONE: Badge(facts.OWN_WAITING(), "warn"),
    Reply.ACCEPTED: Badge(facts.OWN_ACCEPTED(), "good"),
    Reply.DECLINED: Badge(facts.OWN_DECLINED(), "bad"),
}
_COUNTED = {
    Reply.ACCEPTED: (facts.SOME_ACCEPTED, "good"),
    Reply.DECLINED: (facts.SOME_DECLINED, "bad"),
    Reply.NONE: (facts.SOME_WAITING, "warn"),
}
_ATTENDED = {
    True: Badge(facts.ATTENDED(), "good"),
    False: Badge(facts.ABSENT(), "bad"),
    None: Badge(facts.NOT_RECORDED()),
}


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person who is or was invited for a date, with their reply and attendance."""

    view: InvitedPerson
    badges: tuple[Badge, ...]
    attended: Badge
    replied: Displayed


@dataclass(frozen=True, slots=True)
class DateLine:
    """A date of an event; `can_record` is true if attendance can be recorded."""

    id: str
    when: Displayed
    badges: tuple[Badge, ...]
    people: tuple[PersonLine, ...]
    can_record: bool


@dataclass(frozen=True, slots=True)
class EventLine:
    """A group event as shown to the programme office."""

    id: str
    title: Displayed
    audience: Displayed
    badges: tuple[Badge, ...]
    dates: tuple[DateLine, ...]


@dataclass(frozen=True, slots=True)
class OwnEventLine:
    """A date of a group event as shown to an invited person."""

    address: str
    view: OwnEvent
    title: Displayed
    when: Displayed
    badges: tuple[Badge, ...]
    can_reply: bool
    is_over: bool


def event_title(kind: GroupEventKind, title: str) -> Displayed:
    """Return the kind of an event, with its title if it has one."""
    return facts.TITLED(kind=facts.KINDS[kind], title=title) if title else facts.KINDS[kind]


def event_line(event: GroupEvent, now: datetime) -> EventLine:
    """Return an event as shown to the programme office, with times in the event's zone."""
    zone = ZoneInfo(event.timezone)
    required = facts.REQUIRED() if event.required else facts.OPTIONAL()
    cancelled = (Badge(facts.STATE_CANCELLED(), "bad"),) if event.is_cancelled else ()
    return EventLine(
        id=event.id,
        title=event_title(event.kind, event.title),
        audience=facts.AUDIENCES[event.audience],
        badges=(*cancelled, Badge(required)),
        dates=tuple(_date_line(event, one, zone, now) for one in event.dates),
    )


def own_event_line(event: OwnEvent, address: str, now: datetime) -> OwnEventLine:
    """Return an event as shown at the time `now` to an invited person."""
    is_over = event.end <= now
    badges = [] if event.is_confirmed else [Badge(facts.STATE_CANCELLED(), "bad")]
    if event.is_confirmed and not (is_over and event.reply is Reply.NONE):
        badges = [_OWN_REPLY[event.reply]]
    if event.attended is not None:
        badges = [_ATTENDED[event.attended]]
    return OwnEventLine(
        address=address,
        view=event,
        title=event_title(event.kind, event.title),
        when=format_event_time(
            event.start, event.end, event.first_day, event.last_day, ZoneInfo(event.timezone)
        ),
        badges=tuple(badges),
        can_reply=event.is_confirmed and not is_over,
        is_over=is_over,
    )


def _date_line(event: GroupEvent, date: GroupDate, zone: ZoneInfo, now: datetime) -> DateLine:
    invited = [one for one in event.invited if one.date_id == date.id]
    here = [one for one in invited if one.is_invited]
    badges = list(_counts(here))
    recorded = all(one.attended is not None for one in here)
    if date.end <= now and here and not recorded:
        badges.append(Badge(facts.ATTENDANCE_OPEN(), "warn"))
    return DateLine(
        id=date.id,
        when=format_event_time(date.start, date.end, date.first_day, date.last_day, zone),
        badges=tuple(badges),
        people=tuple(_person_line(one, zone) for one in invited),
        can_record=date.has_begun and bool(here),
    )


def _counts(invited: Iterable[InvitedPerson]) -> Iterable[Badge]:
    counts = Counter(one.reply for one in invited)
    if not counts:
        yield Badge(facts.NOBODY(), "warn")
    for reply, (words, tone) in _COUNTED.items():
        if counts[reply]:
            yield Badge(words(count=counts[reply]), tone)


def _person_line(one: InvitedPerson, zone: ZoneInfo) -> PersonLine:
    badges = [_REPLY[one.reply]] if one.is_invited else [Badge(facts.NOT_ANY_MORE())]
    if not one.is_sent:
        badges.append(Badge(facts.NOT_SENT(), "warn"))
    return PersonLine(
        view=one,
        badges=tuple(badges),
        attended=_ATTENDED[one.attended],
        replied="" if one.replied_at is None else format_short_datetime(one.replied_at, zone),
    )
