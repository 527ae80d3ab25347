"""Values for the pages about another time, formatted in the reader's time zone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from api.participants.rows import Side
from api.rescheduling import facts
from api.rescheduling.proposals import Proposal
from api.rescheduling.rows import ProposalSource, ProposalState
from api.rescheduling.slots import NewTime
from api.web.date_formats import format_datetime_range, format_short_datetime
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
    """A time that can be selected: the value of its button, its label, and other moved sessions."""

    value: str
    when: Displayed
    moves: tuple[Fact, ...]


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


def slot_options(
    slots: Iterable[NewTime], length: timedelta, zone: ZoneInfo
) -> tuple[SlotOption, ...]:
    """Return the options for selecting a time for a session of a given length."""
    return tuple(
        SlotOption(slot_value(slot), _range(slot.start, length, zone), moves_of(slot, zone))
        for slot in slots
    )


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
    """Return a description of the later sessions that would move if a time is chosen."""
    return tuple(_move(one.number, format_short_datetime(one.start, zone)) for one in time.moves)


def _move(number: int, when: Fact) -> Fact:
    return (
        facts.ALSO_MOVES(number=number, when=when) if number else facts.CONTRACTING_MOVES(when=when)
    )


def slot_value(time: NewTime) -> str:
    """Return a time as a form value: the start, and `number=start` for each other moved session."""
    return " ".join([_utc(time.start), *(f"{one.number}={_utc(one.start)}" for one in time.moves)])


def parse_slot_value(value: str) -> dict[str, object]:
    """Parse the value of a form field into the input of `NewTime`."""
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
