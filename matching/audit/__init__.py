"""The audit: a result is read again beside its inputs by code that knows no solver.

Shares with the engine only the values of `coach` and the rules' own judgement. Windows, days off,
the grid, gaps, caps, funnels and levels are counted anew, one after the other, in plain dates.
"""

from __future__ import annotations

from coach.cycle import Cycle
from coach.people import Roster
from matching.audit import leftover, levels, pairing, rematch, sessions
from matching.audit.case import Case
from matching.audit.finding import Finding
from matching.result import Result

CHECKS = (
    pairing.everybody_once,
    pairing.rules,
    pairing.capacities,
    pairing.pins,
    pairing.cross_border_share,
    sessions.series,
    sessions.places,
    sessions.uids,
    sessions.loads,
    leftover.unmatched,
    levels.levels,
    rematch.told_moves,
)


def audit(
    roster: Roster, cycle: Cycle, result: Result, keep: Result | None = None
) -> tuple[Finding, ...]:
    """Everything in `result` that does not hold for these people under this policy.

    `keep` is the earlier result that level `kept` counts. An empty answer is a sound result.
    """
    case = Case(roster, cycle, result, keep)
    if far := tuple(sessions.far_away(case)):
        return far
    return tuple(finding for check in CHECKS for finding in check(case))


__all__ = ["CHECKS", "Finding", "audit"]
