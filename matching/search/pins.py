"""Checks whether the pins can be satisfied, individually and jointly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import numpy as np

from coach.cycle import Cycle
from coach.people import Roster
from coach.texts.facts import Fact
from matching.deadline import Deadline
from matching.errors import ImpossiblePin, ImpossiblePinsError
from matching.facts import runs as facts
from matching.facts.names import rule_name
from matching.facts.rules import ALL_REASONS, OBJECTION
from matching.instance.problem import cross_border_balance
from matching.instance.roster_rows import row_by_id
from matching.rules.evaluation import RuleEvaluator
from matching.search.column_generation import Choice, PricingOracles
from matching.search.search_state import SearchState


def pinned_choice(evaluator: RuleEvaluator, oracles: PricingOracles, deadline: Deadline) -> Choice:
    """Return the pinned pairs, and more pairs if the cross-border share requires them.

    Raises:
        ImpossiblePinsError: a pin violates a rule or a capacity, or the pins cannot be timetabled,
            individually or jointly, or no plan with them attains the cross-border share.
        CancelledError, DeadlineExceededError: see `Deadline.check`.
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
        share = cycle.rules.country.minimum_cross_border_share
        raise ImpossiblePinsError(
            tuple(
                ImpossiblePin(coachee, coach, facts.PINS_BELOW_SHARE(share=share))
                for coachee, coach in cycle.pins.items()
            )
        )
    return choice


def _individually_impossible(
    evaluator: RuleEvaluator, known: set[tuple[int, int]]
) -> Iterator[ImpossiblePin]:
    roster, cycle = evaluator.inputs.roster, evaluator.inputs.cycle
    coachees, coaches = row_by_id(roster.coachees), row_by_id(roster.coaches)
    for coachee, coach in cycle.pins.items():
        if coachee not in coachees or coach not in coaches:
            missing = (
                facts.NO_COACHEE(coachee=coachee)
                if coachee not in coachees
                else facts.NO_COACH(coach=coach)
            )
            yield ImpossiblePin(coachee, coach, missing)
        elif (coachees[coachee], coaches[coach]) not in known:
            objections = evaluator.objections(coachees[coachee], coaches[coach])
            why = _objected(objections)
            yield ImpossiblePin(
                coachee, coach, why or facts.PIN_NOT_SCHEDULABLE(count=cycle.sessions.count)
            )


def _objected(objections: Mapping[str, Fact]) -> Fact | None:
    reasons = [OBJECTION(rule=rule_name(rule), reason=why) for rule, why in objections.items()]
    return ALL_REASONS(reasons=reasons) if reasons else None


def _over_capacity(roster: Roster, cycle: Cycle) -> Iterator[ImpossiblePin]:
    pinned_to = Counter(cycle.pins.values())
    for coach in roster.coaches:
        if pinned_to[coach.id] > coach.capacity:
            for coachee in (one for one, other in cycle.pins.items() if other == coach.id):
                yield ImpossiblePin(
                    coachee,
                    coach.id,
                    facts.PINS_OVER_CAPACITY(count=pinned_to[coach.id], capacity=coach.capacity),
                )


def _jointly_impossible(
    roster: Roster, cycle: Cycle, oracles: PricingOracles, pinned: Choice, deadline: Deadline
) -> Iterator[ImpossiblePin]:
    infeasible_coaches = oracles.infeasible_coaches(pinned, deadline)
    for coach in infeasible_coaches:
        for pair in oracles.pairs_by_coach(pinned)[coach]:
            why = facts.PINS_NOT_SCHEDULABLE(count=cycle.sessions.count)
            yield _impossible(roster, oracles, pair, why)
    if not infeasible_coaches:
        for pair in sorted(oracles.infeasible_linked_set(pinned, deadline) or ()):
            yield _impossible(roster, oracles, pair, facts.PINS_OF_SAME_PERSON())


def _impossible(roster: Roster, oracles: PricingOracles, pair: int, why: Fact) -> ImpossiblePin:
    problem = oracles.problem
    return ImpossiblePin(
        roster.coachees[int(problem.coachee[pair])].id,
        roster.coaches[int(problem.coach[pair])].id,
        why,
    )
