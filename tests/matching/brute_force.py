"""Optimal values of all levels, found by brute force over assignments and timetables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from fractions import Fraction
from functools import cache
from itertools import product

import numpy as np

from coach.cycle import Cycle
from coach.objective import ObjectiveLevel
from coach.people import Coach, Coachee, Roster
from matching.instance.availability_grid import build_availability_grid
from matching.result import Result
from matching.rules import RuleInputs
from matching.rules.evaluation import RuleEvaluator
from tests.matching.reference import (
    blocking_rules,
    common_starts,
    first_number,
    same_person,
    series_holds,
    session_length,
)

Assignment = tuple[int | None, ...]
"""For each coachee, the row of their coach, or `None`."""


def best_values(roster: Roster, cycle: Cycle, keep: Result | None = None) -> list[int] | None:
    """Return the lexicographic optimum without `schedule`, or `None` if the pins are infeasible."""
    evaluator = RuleEvaluator(RuleInputs(roster, cycle, build_availability_grid(roster, cycle)))
    kept = {(match.coachee, match.coach) for match in (keep.matches if keep else ())}
    values = [
        _values(roster, cycle, evaluator, kept, assignment)
        for assignment in _assignments(roster, cycle)
    ]
    best = max(values, default=None)
    return None if best is None else [abs(value) for value in best]  # `repeat` is negative


def _assignments(roster: Roster, cycle: Cycle) -> Iterator[Assignment]:
    allowed = [
        [
            row
            for row, coach in enumerate(roster.coaches)
            if not blocking_rules(coachee, coach, cycle, roster.earlier_pairs or ())
        ]
        for coachee in roster.coachees
    ]
    options: list[list[int | None]] = []
    for coachee, rows in zip(roster.coachees, allowed, strict=True):
        pin = cycle.pins.get(coachee.id)
        options.append(
            [None, *rows] if pin is None else [r for r in rows if roster.coaches[r].id == pin]
        )

    @cache
    def holds(row: int, coachees: frozenset[int]) -> bool:
        coach = roster.coaches[row]
        people = [roster.coachees[one] for one in sorted(coachees)]
        return len(people) <= coach.capacity and can_hold(coach, people, cycle)

    share = Fraction(str(cycle.rules.country.minimum_cross_border_share))
    for assignment in product(*options):
        placed = [(one, row) for one, row in enumerate(assignment) if row is not None]
        cross = sum(roster.coachees[o].country != roster.coaches[r].country for o, r in placed)
        if (
            cross >= share * len(placed)
            and all(
                holds(row, frozenset(one for one, other in placed if other == row))
                for row in {row for _, row in placed}
            )
            and can_meet_together(roster, placed, cycle)
        ):
            yield assignment


def can_meet_together(roster: Roster, placed: list[tuple[int, int]], cycle: Cycle) -> bool:
    """Return whether all pairs can be scheduled without anyone having to be in two places at once.

    Each coach must be able to schedule their own pairs. Only the pairs of humans with several rows,
    and the other pairs of their coaches, are therefore scheduled again.
    """
    rows = [*roster.coachees, *roster.coaches]
    several = [one for one in rows if sum(same_person(one, other) for other in rows) > 1]
    people = [(roster.coachees[one], roster.coaches[row]) for one, row in placed]
    busy = {coach.id for pair in people for coach in pair[1:] if {*pair} & {*several}}
    people = [pair for pair in people if pair[1].id in busy]
    first = first_number(cycle)
    numbers = range(first, cycle.sessions.count + 1)
    starts = [[common_starts(*pair, cycle, number) for number in numbers] for pair in people]

    def clash(number: int, place: int, start: datetime, others: list[list[datetime]]) -> bool:
        end = start + session_length(first + place, cycle)
        return any(
            start < other + session_length(first + n, cycle) and other < end
            for pair, series in zip(people, others, strict=False)
            if any(same_person(one, other) for one in pair for other in people[number])
            for n, other in enumerate(series)
        )

    def extend(number: int, series: list[datetime], others: list[list[datetime]]) -> bool:
        coach = people[number][1]
        if len(series) == len(numbers):
            done = number + 1 == len(people)
            return done or extend(number + 1, [], [*others, series])
        booked = [s for pair, s in zip(people, others, strict=False) if pair[1] is coach]
        return any(
            extend(number, [*series, start], others)
            for start in starts[number][len(series)]
            if (not series or start > series[-1])
            and not clash(number, len(series), start, others)
            and series_holds([*series, start], booked, coach, cycle)
        )

    return not people or extend(0, [], [])


def can_hold(coach: Coach, people: list[Coachee], cycle: Cycle) -> bool:
    """Return whether the coach can schedule all sessions of all `people`."""
    numbers = range(first_number(cycle), cycle.sessions.count + 1)
    starts = [[common_starts(one, coach, cycle, number) for number in numbers] for one in people]

    def extend(number: int, series: list[datetime], booked: list[list[datetime]]) -> bool:
        if len(series) == len(numbers):
            return number + 1 == len(people) or extend(number + 1, [], [*booked, series])
        return any(
            extend(number, [*series, start], booked)
            for start in starts[number][len(series)]
            if (not series or start > series[-1])
            and series_holds([*series, start], booked, coach, cycle)
        )

    return not people or extend(0, [], [])


def _values(
    roster: Roster,
    cycle: Cycle,
    evaluator: RuleEvaluator,
    kept: set[tuple[str, str]],
    assignment: Assignment,
) -> list[int]:
    placed = [(one, row) for one, row in enumerate(assignment) if row is not None]
    avoids = cycle.rules.repeat.earlier.value == "avoid" and roster.earlier_pairs is not None
    levels = list(cycle.objective.levels)
    if avoids:
        levels.insert(2 if levels[1:2] == [ObjectiveLevel.KEPT] else 1, ObjectiveLevel.REPEAT)
    points = [int(evaluator.points(np.array([o]), np.array([r]))[0]) for o, r in placed]
    value = {
        ObjectiveLevel.PLACED: sum(roster.coachees[one].priority for one, _ in placed),
        ObjectiveLevel.KEPT: sum(
            (roster.coachees[o].id, roster.coaches[r].id) in kept for o, r in placed
        ),
        ObjectiveLevel.REPEAT: -sum(  # minimised
            (roster.coachees[o].id, roster.coaches[r].id) in (roster.earlier_pairs or ())
            for o, r in placed
        ),
        ObjectiveLevel.WORST: min(points, default=0),
        ObjectiveLevel.TOTAL: sum(points),
    }
    return [value[level] for level in levels if level in value]
