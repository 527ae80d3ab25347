"""The auditor: checks a result against its inputs, independently of the solver.

Besides the domain code in `coach`, it shares with the engine only the evaluation of rules, the
explanation of moves, the keys of people, and the form of the availability grid. Windows, days off,
the grid, gaps, caps, funnels and levels are all recomputed with plain dates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from coach.cycle import Cycle
from coach.objective import ObjectiveLevel
from coach.people import Roster
from matching.auditor import humans, levels, pairing, rematch, sessions
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
    humans.overlaps,
    humans.keys,
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
    """Check `result` against its roster and policy, and return all findings.

    The result is valid if there are no findings. If sessions are so far outside the cycle that date
    arithmetic could fail, only those sessions are reported.

    Args:
        roster: the coachees and coaches.
        cycle: the policy.
        result: the result to check.
        keep: the earlier result; the level `kept` counts its pairs.
        under_way: the state of a cycle in progress.
        on_step: called frequently; may raise an exception to stop.
    """
    context = AuditContext(roster, cycle, result, keep, under_way, on_step=on_step)
    if far := tuple(sessions.implausible_dates(context)):
        return far
    return tuple(_findings(context))


def with_audited_levels(
    roster: Roster,
    cycle: Cycle,
    result: Result,
    keep: Result | None = None,
    under_way: UnderWay | None = None,
) -> Result:
    """Return `result`, a part of a plan, with its levels as the auditor computes them.

    The bound of `placed` is that of `result`. If the part has a lower value of `placed` than the
    plan, nothing is known about the later levels, and none of them is marked as proven, except
    `repeat` if it is 0.
    """
    context = AuditContext(roster, cycle, result, keep, under_way)
    outcomes, unknown = [], 0
    for level in result.levels:
        value, bound = levels.level_value(context, level.name), level.bound
        if level.name is ObjectiveLevel.REPEAT:
            bound = 0
        elif level.name is not ObjectiveLevel.PLACED:
            bound = max(bound, value + unknown)
        elif value < level.value:
            unknown = 1
        outcome = {"value": value, "bound": bound, "proven": value == bound}
        outcomes.append(level.model_copy(update=outcome))
    proven = all(one.proven for one in outcomes if one.name is not ObjectiveLevel.SCHEDULE)
    status = "optimal" if proven else "feasible"
    return result.model_copy(update={"levels": tuple(outcomes), "status": status})


def _findings(context: AuditContext) -> Iterator[Finding]:
    for check in CHECKS:
        context.on_step()
        yield from check(context)


__all__ = ["CHECKS", "Finding", "audit", "with_audited_levels"]
