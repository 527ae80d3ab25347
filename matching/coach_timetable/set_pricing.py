"""Pricing: finds feasible sets with a high profit, using heuristics and CP-SAT."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, floor
from random import Random
from typing import TYPE_CHECKING

from matching.coach_timetable.calendar import CoachCalendar
from matching.coach_timetable.insertion_heuristic import PartialTimetable, contention
from matching.coach_timetable.model import Placed, TimetableModel
from matching.deadline import Deadline

if TYPE_CHECKING:
    from matching.coach_timetable.feasibility_and_pricing import CoachOracle

_GREEDY_ORDERS = 4
_SCALE = 1 << 16  # profits are multiples of 1 / _SCALE in CP-SAT
_EFFORT_PER_INSERTION = 0.0002


def improving_sets(
    oracle: CoachOracle, profit: Mapping[int, float], threshold: float, deadline: Deadline
) -> list[int]:
    """Return a list with one feasible set whose profit exceeds `threshold`, or an empty list.

    The known sets are examined first. After that, candidates are inserted in several orders: by
    decreasing profit, by profit relative to the contention for their positions, and by randomly
    perturbed profit. The search ends with the first order that yields an improving set.
    """
    found = [
        held
        for known in oracle.maximal_sets
        if (held := _most_profitable(known, profit, oracle.calendar.max_coachees))
        and total(held, profit) > threshold
    ]
    if found:
        return [max(found, key=lambda held: (total(held, profit), -held))]
    calendar = oracle.calendar
    cost = contention(calendar, profit)
    need = {
        one: sum(cost[position] for position in starts) / max(1, len(starts))
        for one in profit
        for starts in (calendar.candidate(one).starts,)
    }
    random = Random(len(oracle.maximal_sets))  # noqa: S311 - an order, not a secret
    for order in range(_GREEDY_ORDERS):
        deadline.check()
        deadline.spend(_EFFORT_PER_INSERTION * len(profit))
        key = {
            one: value
            if not order
            else value / (1e-9 + need[one])
            if order == 1
            else value * random.uniform(0.5, 1.0)
            for one, value in profit.items()
        }
        timetable = PartialTimetable(calendar)
        for one in sorted(profit, key=lambda one: (-key[one], one)):
            if len(timetable.placed) < calendar.max_coachees:
                timetable.insert(one, cost)
        oracle.add_timetable(timetable.placed)
        held = sum(1 << one for one in timetable.placed)
        if total(held, profit) > threshold:
            return [held]
    return []


def price_by_cp_sat(
    calendar: CoachCalendar,
    profit: Mapping[int, float],
    threshold: float,
    deadline: Deadline,
    *,
    seed: int,
) -> Placed | None:
    """Return a timetable for a set with a profit of at least `threshold`, or `None` if none exists.

    Profits are rounded up and the threshold down, so the profit of the set may fall short of the
    threshold by the rounding errors.

    Raises:
        CancelledError, DeadlineExceededError: the run ended before the model was solved.
    """
    model = TimetableModel(calendar, sorted(profit), required=False)
    terms = [(ceil(profit[one] * _SCALE), present) for one, present in model.present.items()]
    model.model.add(sum(value * present for value, present in terms) >= floor(threshold * _SCALE))
    model.model.add(sum(model.present.values()) <= calendar.max_coachees)
    return model.solve_presolved(deadline, seed=seed)


def _most_profitable(held: int, profit: Mapping[int, float], most: int) -> int:
    """Return up to `most` members of a set, those with the highest values in `profit`."""
    inside = sorted((one for one in profit if held >> one & 1), key=lambda one: -profit[one])
    return sum(1 << one for one in inside[:most])


def total(held: int, profit: Mapping[int, float]) -> float:
    """Return the profit of a set."""
    return sum(value for one, value in profit.items() if held >> one & 1)
