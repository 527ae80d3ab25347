"""Brute force for tiny rosters: whether coachees can all be placed in one plan."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from coach.cycle import Cycle
from coach.people import Coach, Coachee, Roster
from matching.rules import RuleInputs
from tests.matching.reference import blocking_rules, common_starts, series_holds

Booked = dict[str, list[list[datetime]]]


def can_place_all(inputs: RuleInputs, coachees: Collection[str]) -> bool:
    """Return whether some plan places all of `coachees`."""
    people = [coachee for coachee in inputs.roster.coachees if coachee.id in coachees]
    return next(plans(people, inputs.roster, inputs.cycle), None) is not None


def plans(
    people: Sequence[Coachee], roster: Roster, cycle: Cycle, *, all_of_them: bool = True
) -> Iterator[dict[str, str]]:
    """Yield every assignment of the given people, as a dict from coachee to coach.

    If `all_of_them` is false, people without a pin may also remain unmatched.
    """
    booked: Booked = {coach.id: [] for coach in roster.coaches}

    def place(number: int) -> Iterator[dict[str, str]]:
        if number == len(people):
            yield {}
            return
        coachee = people[number]
        for coach in roster.coaches:
            if _may(coachee, coach, cycle, booked):
                for series in all_series(coachee, coach, cycle, booked[coach.id]):
                    booked[coach.id].append(series)
                    for others in place(number + 1):
                        yield {coachee.id: coach.id, **others}
                    booked[coach.id].pop()
        if not all_of_them and coachee.id not in cycle.pins:
            yield from place(number + 1)

    yield from place(0)


def _may(coachee: Coachee, coach: Coach, cycle: Cycle, booked: Booked) -> bool:
    pinned = cycle.pins.get(coachee.id, coach.id) == coach.id
    has_place = len(booked[coach.id]) < coach.capacity
    return pinned and has_place and not blocking_rules(coachee, coach, cycle)


def all_series(
    coachee: Coachee, coach: Coach, cycle: Cycle, booked: list[list[datetime]]
) -> Iterator[list[datetime]]:
    """Yield every series of a pair that fits the coach's other sessions."""
    starts = common_starts(coachee, coach, cycle)

    def extend(series: list[datetime]) -> Iterator[list[datetime]]:
        if len(series) == cycle.sessions.count:
            yield series
            return
        for start in starts:
            if series_holds([*series, start], booked, coach, cycle):
                yield from extend([*series, start])

    yield from extend([])
