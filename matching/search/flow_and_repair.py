"""Primal heuristic that alternates between flows and repairs.

Each round solves a min-cost flow, repairs the coaches whose sets are infeasible, and forbids the
pairs that had to be dropped. If the bound of the assignment relaxation is attainable, a few flows
usually attain it, each in a fraction of a second, before column generation is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from matching.assignment.min_cost_flow import FlowSolution, solve_flow
from matching.coach_timetable.positions import members
from matching.deadline import Deadline
from matching.search.column_generation import Choice, PricingOracles
from matching.search.repair import Repair

_ROUNDS = 60
_MAX_STALLED_ROUNDS = 6  # consecutive rounds in which no fewer pairs are dropped
_MAX_DROPPED_DIVISOR = 20  # stop if more than 1 in 20 pairs is dropped
_PAIRS_PER_COACHEE = 40  # average number of pairs per coachee in later rounds


def flow_and_repair(
    oracles: PricingOracles,
    flow: FlowSolution,
    accept: Callable[[Choice], bool],
    at_least: int,
    deadline: Deadline,
) -> None:
    """Call `accept` with schedulable choices until it returns true or the heuristic stops.

    `flow` is the first assignment. The heuristic stops if all pairs of an assignment can be
    scheduled, its profit is below `at_least`, too many of its pairs must be dropped, or there is no
    progress.

    Raises:
        CancelledError, DeadlineExceededError: see `Deadline.check`.
    """
    pairs, profit = _sift_pairs(flow)
    fewest, stalled_rounds_left = len(flow.choice) // _MAX_DROPPED_DIVISOR, _MAX_STALLED_ROUNDS
    for _ in range(_ROUNDS):
        deadline.check()
        dropped = _pairs_to_drop(oracles, flow, deadline)
        held = np.setdiff1d(flow.choice, dropped)
        if accept(held) or not len(dropped):
            return
        repair = Repair(oracles, held, pairs, profit)
        repair.place(oracles.problem.coachee[dropped].tolist(), deadline)
        if accept(repair.choice):
            return
        stalled_rounds_left = (
            _MAX_STALLED_ROUNDS if len(dropped) < fewest else stalled_rounds_left - 1
        )
        if not stalled_rounds_left or len(dropped) > len(flow.choice) // _MAX_DROPPED_DIVISOR:
            return
        fewest = min(fewest, len(dropped))
        stays = ~np.isin(pairs, dropped)
        pairs, profit = pairs[stays], profit[stays]
        flow = solve_flow(oracles.problem, pairs, profit, deadline.check)
        if flow.value < at_least:
            return


def _sift_pairs(flow: FlowSolution) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the chosen pairs and those with the smallest loss in `flow`, with their profits."""
    wanted = _PAIRS_PER_COACHEE * len(flow.problem.priority)
    if len(flow.pairs) <= wanted:
        return flow.pairs, flow.profit
    limit = np.partition(flow.loss, wanted)[wanted]
    near = (flow.loss <= limit) | np.isin(flow.pairs, flow.choice)
    return flow.pairs[near], flow.profit[near]


def _pairs_to_drop(
    oracles: PricingOracles, flow: FlowSolution, deadline: Deadline
) -> NDArray[np.int64]:
    """Return pairs of low regret whose removal leaves every coach with a feasible set.

    The sets of linked coaches are then also feasible together.
    """
    dropped: list[int] = []
    regrets = _regrets(flow)
    for coach, pairs in oracles.pairs_by_coach(flow.choice).items():
        oracle = oracles.oracle(coach)
        local = oracles.local(coach, pairs)
        if oracle.can_hold_within(local, deadline):
            continue
        places = dict(zip(members(local), pairs, strict=True))
        held = 0
        for place in sorted(places, key=lambda place: (-regrets[places[place]], place)):
            if oracle.can_hold_within(held | 1 << place, deadline):
                held |= 1 << place
        dropped.extend(pair for place, pair in places.items() if not held >> place & 1)
    dropped += _linked_pairs_to_drop(oracles, np.setdiff1d(flow.choice, dropped), regrets, deadline)
    return np.array(sorted(dropped), dtype=np.int64)


def _linked_pairs_to_drop(
    oracles: PricingOracles, choice: Choice, regrets: Mapping[int, float], deadline: Deadline
) -> list[int]:
    """Return the pairs of least regret to drop so that linked coaches have time for the rest."""
    dropped: list[int] = []
    pinned = oracles.problem.pinned
    while infeasible := oracles.infeasible_linked_set(np.setdiff1d(choice, dropped), deadline):
        dropped.append(min(infeasible, key=lambda pair: (pinned[pair], regrets[pair], pair)))
    return dropped


def _regrets(flow: FlowSolution) -> dict[int, float]:
    """Return each chosen pair's regret: the loss if its coachee gets the next best coach."""
    coachee = flow.problem.coachee[flow.pairs]
    chosen = np.isin(flow.pairs, flow.choice)
    coachee_dual, _ = flow.duals
    others = coachee_dual[coachee] - flow.loss
    best = np.zeros(len(flow.problem.priority), dtype=np.int64)
    np.maximum.at(best, coachee[~chosen], others[~chosen])
    regret = coachee_dual[flow.problem.coachee[flow.choice]]
    regret = regret - best[flow.problem.coachee[flow.choice]]
    return dict(
        zip(flow.choice.tolist(), np.maximum(0, regret).astype(float).tolist(), strict=True)
    )
