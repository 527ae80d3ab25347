"""Checks whether the pins can be satisfied, individually and jointly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from coach.cycle import Cycle
from coach.people import Roster
from coach.plural import pluralise
from matching.deadline import Deadline
from matching.errors import ImpossiblePin, ImpossiblePinsError
from matching.instance.problem import cross_border_balance, row_by_id
from matching.rules.evaluation import RuleEvaluator
from matching.search.column_generation import Choice, PricingOracles
from matching.search.search_state import SearchState


def pinned_choice(evaluator: RuleEvaluator, oracles: PricingOracles, deadline: Deadline) -> Choice:
    """Return the pinned pairs, and more pairs if the cross-border share requires them.

    Raises:
        ImpossiblePinsError: a pin violates a rule or a capacity, or the pins cannot be timetabled,
            individually or jointly.
        CancelledError, DeadlineExceededError: as `Deadline.check`.
    """
    roster, cycle = evaluator.inputs.roster, evaluator.inputs.cycle
    problem = oracles.problem
    pinned = np.flatnonzero(problem.pinned)
    known = set(zip(problem.coachee[pinned].tolist(), problem.coach[pinned].tolist(), strict=True))
    impossible = [*_individually_impossible(evaluator, known), *_over_capacity(roster, cycle)]
    if not impossible:
        impossible = [*_jointly_impossible(roster, cycle, oracles, pinned, deadline)]
    if impossible:
        raise ImpossiblePinsError(tuple(impossible))
    if cross_border_balance(problem)[pinned].sum() >= 0:
        return pinned
    state = SearchState(oracles, deadline, lambda _level, _value, _bound: None)
    choice = state.find_feasible_choice(state.allowed)
    if choice is None:
        raise ImpossiblePinsError(
            tuple(
                ImpossiblePin(coachee, coach, _SHARE_MESSAGE.format(cycle.rules.country))
                for coachee, coach in cycle.pins.items()
            )
        )
    return choice


_SHARE_MESSAGE = (
    "no plan with all pins reaches the minimum cross-border share, {0.minimum_cross_border_share}"
)


def _individually_impossible(
    evaluator: RuleEvaluator, known: set[tuple[int, int]]
) -> Iterator[ImpossiblePin]:
    roster, cycle = evaluator.inputs.roster, evaluator.inputs.cycle
    coachees, coaches = row_by_id(roster.coachees), row_by_id(roster.coaches)
    for coachee, coach in cycle.pins.items():
        if coachee not in coachees or coach not in coaches:
            which = f"coachee {coachee}" if coachee not in coachees else f"coach {coach}"
            yield ImpossiblePin(coachee, coach, f"there is no {which}")
        elif (coachees[coachee], coaches[coach]) not in known:
            objections = evaluator.objections(coachees[coachee], coaches[coach])
            why = "; ".join(f"{rule}: {because}" for rule, because in objections.items())
            sessions = (
                f"the two cannot place {pluralise(cycle.sessions.count, 'session')}, "
                "even if nobody else is matched"
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


def _jointly_impossible(
    roster: Roster, cycle: Cycle, oracles: PricingOracles, pinned: Choice, deadline: Deadline
) -> Iterator[ImpossiblePin]:
    problem = oracles.problem
    for coach in oracles.infeasible_coaches(pinned, deadline):
        for pair in oracles.pairs_by_coach(pinned)[coach]:
            yield ImpossiblePin(
                roster.coachees[int(problem.coachee[pair])].id,
                roster.coaches[coach].id,
                "schedule: this coach cannot place the sessions of all coachees pinned to them, "
                f"{cycle.sessions.count} each",
            )
