"""The audit: a result is read again beside its inputs by code that knows no solver.

Shares with the engine only the values of `coach` and the rules' own judgement. Windows, days off,
the grid, gaps, caps, funnels and levels are counted anew, one after the other, in plain dates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from coach.cycle import Cycle
from coach.people import Roster
from matching.auditor import levels, pairing, rematch, sessions
from matching.auditor import unmatched as leftover
from matching.auditor.context import Case
from matching.auditor.finding import Finding
from matching.instance.partial_cycle import UnderWay
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
    rematch.what_lies_behind,
)


def audit(
    roster: Roster,
    cycle: Cycle,
    result: Result,
    keep: Result | None = None,
    under_way: UnderWay | None = None,
    *,
    each_step: Callable[[], object] = lambda: None,
) -> tuple[Finding, ...]:
    """Everything in `result` that does not hold for these people under this policy.

    `keep` is the earlier result that level `kept` counts; `under_way` says where the cycle stood.
    An empty answer is a sound result. `each_step` is called every few moments; what it raises ends
    the audit.
    """
    case = Case(roster, cycle, result, keep, under_way, each_step=each_step)
    if far := tuple(sessions.far_away(case)):
        return far
    return tuple(_findings(case))


def _findings(case: Case) -> Iterator[Finding]:
    for check in CHECKS:
        case.each_step()
        yield from check(case)


__all__ = ["CHECKS", "Finding", "audit"]
