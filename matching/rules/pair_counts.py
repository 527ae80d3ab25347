"""Counts the pairs that each hard rule leaves, for a manager who changes the policy.

No plan is computed. Without `schedule`, nobody's availability is computed, so that the counts are
available immediately.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from coach.cycle import Cycle
from coach.people import Roster
from matching.instance.availability_grid import build_availability_grid
from matching.instance.series_feasibility import schedulable
from matching.instance.series_limits import session_limits
from matching.rules import FORBIDDEN, HARD_RULES, RuleInputs
from matching.rules.evaluation import pair_blocks
from matching.rules.schedule import SCHEDULE
from matching.rules.waived import WaivedRule

_NOBODY = Roster(coachees=(), coaches=())
"""An empty roster, for a grid without people, because no hard rule reads people's availability."""


@dataclass(frozen=True, slots=True)
class RuleCount:
    """The number of pairs that a rule allows, and the number left after it and all earlier rules.

    `alone` is `None` for `schedule`, which is evaluated only for the pairs left by the rules.
    """

    rule: str
    alone: int | None
    left: int


@dataclass(frozen=True, slots=True)
class PairCounts:
    """The number of pairs of one coachee and one coach, and how many of them each rule leaves.

    Attributes:
        pairs: the number of all pairs.
        rules: the rules that apply, in their order, and `schedule` if it was requested.
        left: the number of pairs left after all of them.
        coachees_without: the number of coachees for whom no coach is left.
        coaches_without: the number of coaches for whom no coachee is left.
    """

    pairs: int
    rules: tuple[RuleCount, ...]
    left: int
    coachees_without: int
    coaches_without: int


def count_pairs(roster: Roster, cycle: Cycle, *, schedule: bool = False) -> PairCounts:
    """Count the pairs that each hard rule leaves.

    Args:
        roster: the people in the cycle.
        cycle: the policy.
        schedule: whether to count, at the end, the pairs that can place their sessions.
    """
    free = build_availability_grid(roster if schedule else _NOBODY, cycle)
    inputs = RuleInputs(roster, cycle, free)
    rules = [
        WaivedRule.prepared(rule(inputs), inputs) for rule in HARD_RULES if rule.applies(inputs)
    ]
    limits = session_limits(roster, cycle.sessions)
    alone = np.zeros(len(rules), dtype=np.int64)
    left = np.zeros(len(rules) + 1, dtype=np.int64)
    of_coachee = np.zeros(len(roster.coachees), dtype=np.int64)
    of_coach = np.zeros(len(roster.coaches), dtype=np.int64)
    for rows, columns in pair_blocks(len(roster.coachees), len(roster.coaches)):
        allowed = np.ones((len(rows), columns.size), dtype=np.bool_)
        for place, rule in enumerate(rules):
            by_rule = rule.evaluate(rows, columns) != FORBIDDEN
            alone[place] += np.count_nonzero(by_rule)
            allowed &= by_rule
            left[place] += np.count_nonzero(allowed)
        if schedule:
            row, column = np.nonzero(allowed)
            pairs = (row + rows[0, 0]).astype(np.int32), column.astype(np.int32)
            allowed[row, column] = schedulable(free, limits, *pairs)
        left[-1] += np.count_nonzero(allowed)
        of_coachee[rows[:, 0]] = allowed.sum(axis=1)
        of_coach += allowed.sum(axis=0)
    counts = [
        RuleCount(rule.name, *numbers)
        for rule, *numbers in zip(rules, alone.tolist(), left.tolist()[:-1], strict=True)
    ]
    if schedule:
        counts.append(RuleCount(SCHEDULE, None, int(left[-1])))
    return PairCounts(
        pairs=len(roster.coachees) * len(roster.coaches),
        rules=tuple(counts),
        left=int(left[-1]),
        coachees_without=int(np.count_nonzero(of_coachee == 0)),
        coaches_without=int(np.count_nonzero(of_coach == 0)),
    )
