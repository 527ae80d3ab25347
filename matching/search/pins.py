"""Whether the pins of a cycle can be honoured, one by one and together, and if not, why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from coach.cycle import Cycle
from coach.people import Roster
from coach.plural import counted
from matching.deadline import Watch
from matching.errors import ImpossiblePin, ImpossiblePinsError
from matching.instance.problem import balances, rows
from matching.rules.evaluation import Judges
from matching.search.branch_and_price import Choice, Desk
from matching.search.search_state import Course


def pinned_choice(judges: Judges, desk: Desk, watch: Watch) -> Choice:
    """The pinned pairs, with further ones where only those make up the cross-border share.

    Raises:
        ImpossiblePinsError: a pin breaks a rule or a capacity, or cannot be timetabled, or the
            pins together cannot.
    """
    roster, cycle = judges.facts.roster, judges.facts.cycle
    problem = desk.problem
    pinned = np.flatnonzero(problem.pinned)
    known = set(zip(problem.coachee[pinned].tolist(), problem.coach[pinned].tolist(), strict=True))
    impossible = [*_alone(judges, known), *_over_capacity(roster, cycle)]
    if not impossible:
        impossible = [*_not_together(roster, cycle, desk, pinned, watch)]
    if impossible:
        raise ImpossiblePinsError(tuple(impossible))
    if balances(problem)[pinned].sum() >= 0:
        return pinned
    course = Course(desk, watch, lambda _level, _value, _bound: None)
    choice = course.any_choice(course.allowed)
    if choice is None:
        raise ImpossiblePinsError(
            tuple(
                ImpossiblePin(coachee, coach, _SHARE.format(cycle.rules.country))
                for coachee, coach in cycle.pins.items()
            )
        )
    return choice


_SHARE = (
    "with all pins in place no plan reaches the least share of pairs across a border, "
    "{0.minimum_cross_border_share}"
)


def _alone(judges: Judges, known: set[tuple[int, int]]) -> Iterator[ImpossiblePin]:
    roster, cycle = judges.facts.roster, judges.facts.cycle
    coachees, coaches = rows(roster.coachees), rows(roster.coaches)
    for coachee, coach in cycle.pins.items():
        if coachee not in coachees or coach not in coaches:
            which = f"coachee {coachee}" if coachee not in coachees else f"coach {coach}"
            yield ImpossiblePin(coachee, coach, f"there is no {which}")
        elif (coachees[coachee], coaches[coach]) not in known:
            objections = judges.objections(coachees[coachee], coaches[coach])
            why = "; ".join(f"{rule}: {because}" for rule, because in objections.items())
            sessions = (
                f"the two cannot place {counted(cycle.sessions.count, 'session')}, "
                "even were they alone"
            )
            yield ImpossiblePin(coachee, coach, why or f"schedule: {sessions}")


def _over_capacity(roster: Roster, cycle: Cycle) -> Iterator[ImpossiblePin]:
    pinned_to = Counter(cycle.pins.values())
    for coach in roster.coaches:
        if pinned_to[coach.id] > coach.capacity:
            for coachee in (one for one, other in cycle.pins.items() if other == coach.id):
                yield ImpossiblePin(
                    coachee,
                    coach.id,
                    f"{pinned_to[coach.id]} coachees are pinned to this coach, "
                    f"whose capacity is {coach.capacity}",
                )


def _not_together(
    roster: Roster, cycle: Cycle, desk: Desk, pinned: Choice, watch: Watch
) -> Iterator[ImpossiblePin]:
    problem = desk.problem
    for coach in desk.offended(pinned, watch):
        for pair in desk.loads(pinned)[coach]:
            yield ImpossiblePin(
                roster.coachees[int(problem.coachee[pair])].id,
                roster.coaches[coach].id,
                "schedule: this coach cannot place the sessions of all coachees pinned to them, "
                f"{cycle.sessions.count} each",
            )
