"""The auditor: checks a result against its inputs by code that knows no solver.

It shares with the engine only the values of `coach` and the rules' own judgement. Windows, days
off, the grid, gaps, caps, funnels and levels are recomputed one by one, with plain dates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from coach.cycle import Cycle
from coach.people import Roster
from matching.auditor import levels, pairing, rematch, sessions
from matching.auditor import unmatched as leftover
from matching.auditor.context import AuditContext
from matching.auditor.finding import Finding
from matching.instance.partial_cycle import UnderWay
from matching.result import Result

CHECKS = (
    pairing.each_coachee_once,
    pairing.rules,
    pairing.capacities,
    pairing.pins,
    pairing.cross_border_share,
    sessions.series,
    sessions.session_times,
    sessions.uids,
    sessions.loads,
    leftover.unmatched,
    levels.levels,
    rematch.reported_moves,
    rematch.fixed_history,
)


def audit(
    roster: Roster,
    cycle: Cycle,
    result: Result,
    keep: Result | None = None,
    under_way: UnderWay | None = None,
    *,
    on_step: Callable[[], object] = lambda: None,
) -> tuple[Finding, ...]:
    """Return everything in `result` that does not hold for these people under this policy.

    An empty answer is a sound result.

    Args:
        roster: the people.
        cycle: the policy.
        result: the result to check.
        keep: the earlier result that level `kept` counts.
        under_way: the state of a cycle under way.
        on_step: called frequently; may raise to stop.
    """
    context = AuditContext(roster, cycle, result, keep, under_way, on_step=on_step)
    if far := tuple(sessions.implausible_dates(context)):
        return far
    return tuple(_findings(context))


def _findings(context: AuditContext) -> Iterator[Finding]:
    for check in CHECKS:
        context.on_step()
        yield from check(context)


__all__ = ["CHECKS", "Finding", "audit"]
