"""Values for pages where another time is chosen, formatted in the reader's time zone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from api.participants.rows import Side
from api.rescheduling import facts
from api.rescheduling.proposals import Proposal
from api.rescheduling.rows import ProposalSource, ProposalState
from api.rescheduling.slots import NewTime
from api.web.date_formats import (
    format_date,
    format_datetime_range,
    format_short_datetime,
    format_time_range,
    zone_abbreviation,
)
from api.web.labels import Badge, Option
from coach.texts.facts import Displayed, Fact

STATE = {
    ProposalState.PROPOSED: Badge(facts.PROPOSED(), "warn"),
    ProposalState.CONFIRMED: Badge(facts.CONFIRMED(), "good"),
    ProposalState.REFUSED: Badge(facts.REFUSED(), "bad"),
    ProposalState.WITHDRAWN: Badge(facts.WITHDRAWN()),
    ProposalState.EXPIRED: Badge(facts.EXPIRED()),
}
MODES = (
    Option("", facts.MODE_OPEN()),
    *(Option(mode.value, words) for mode, words in facts.MODES.items()),
)
"""The ways to meet, as options of a form."""


@dataclass(frozen=True, slots=True)
class SlotOption:
    """A time of day that can be selected.

    Attributes:
        value: the value of its field.
        suggested: whether it is the best of several times.
        moves: the later sessions that would move as well.
    """

    value: str
    hours: Displayed
    zone: str
    suggested: bool
    moves: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class SlotDay:
    """A day, and its times in order."""

    day: Displayed
    options: tuple[SlotOption, ...]


@dataclass(frozen=True, slots=True)
class SlotWeek:
    """The days of a week, and how far that week is from the session's week."""

    distance: Fact
    days: tuple[SlotDay, ...]


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """A proposal as shown on a page.

    `own` is true for the participant who made the proposal, and `aide` is the name of the aide who
    made it on their behalf.
    """

    id: str
    when: Displayed
    moves: tuple[Fact, ...]
    state: Badge
    is_open: bool
    own: bool
    aide: str
    by_coach: bool
    by_mail: bool
    needs_office: bool
    made: Displayed
    comment: str
    problems: tuple[Displayed, ...]


def slot_weeks(
    slots: Sequence[NewTime], current: datetime, length: timedelta, zone: ZoneInfo
) -> tuple[SlotWeek, ...]:
    """Return the times to which a session can move, grouped by week and day in `zone`.

    The first of `slots` is suggested if there are others. `current` is the session's current start.
    """
    now = _monday(current.astimezone(zone).date())
    days = defaultdict[date, list[SlotOption]](list)
    for slot in sorted(slots, key=lambda one: one.start):
        best = slot is slots[0] and len(slots) > 1
        day = slot.start.astimezone(zone).date()
        days[day].append(_option(slot, length, zone, suggested=best))
    return tuple(
        SlotWeek(
            _distance((monday - now).days // 7),
            tuple(SlotDay(format_date(day), tuple(days[day])) for day in group),
        )
        for monday, group in groupby(days, key=_monday)
    )


def _option(slot: NewTime, length: timedelta, zone: ZoneInfo, *, suggested: bool) -> SlotOption:
    return SlotOption(
        value=slot_value(slot),
        hours=format_time_range(slot.start, slot.start + length, zone),
        zone=zone_abbreviation(slot.start.astimezone(zone)),
        suggested=suggested,
        moves=moves_of(slot, zone),
    )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _distance(weeks: int) -> Fact:
    if weeks == 0:
        return facts.SAME_WEEK()
    words = facts.WEEKS_LATER if weeks > 0 else facts.WEEKS_EARLIER
    return words(count=abs(weeks))


def proposal_line(
    proposal: Proposal, length: timedelta, zone: ZoneInfo, reader: Side | None
) -> ProposalLine:
    """Return a proposal as shown to a participant, or to the office if `reader` is `None`."""
    return ProposalLine(
        id=proposal.id,
        when=_range(proposal.time.start, length, zone),
        moves=moves_of(proposal.time, zone),
        state=STATE[proposal.state],
        is_open=proposal.is_open,
        own=proposal.by is reader,
        aide=proposal.aide,
        by_coach=proposal.by is Side.COACH,
        by_mail=proposal.source is ProposalSource.MAIL,
        needs_office=proposal.needs_office,
        made=format_short_datetime(proposal.created_at, zone),
        comment=proposal.comment,
        problems=proposal.problems,
    )


def moves_of(time: NewTime, zone: ZoneInfo) -> tuple[Fact, ...]:
    """Return a line for each later session that would move if a time were chosen."""
    return tuple(_move(one.number, format_short_datetime(one.start, zone)) for one in time.moves)


def _move(number: int, when: Fact) -> Fact:
    return (
        facts.ALSO_MOVES(number=number, when=when) if number else facts.CONTRACTING_MOVES(when=when)
    )


def slot_value(time: NewTime) -> str:
    """Return a time as a form value: the start, and `number=start` for each other moved session."""
    return " ".join([_utc(time.start), *(f"{one.number}={_utc(one.start)}" for one in time.moves)])


def parse_slot_value(value: str) -> dict[str, object]:
    """Parse the value of a form field into the input for `NewTime`."""
    start, *moves = value.split(" ")
    pairs = [one.partition("=") for one in moves]
    return {
        "start": start,
        "moves": [{"number": number, "start": at} for number, _, at in pairs],
    }


def _utc(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


def _range(start: datetime, length: timedelta, zone: ZoneInfo) -> Displayed:
    return format_datetime_range(start, start + length, zone)
