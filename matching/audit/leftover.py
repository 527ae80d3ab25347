"""Those without a coach: the funnel counted again, and the reason that follows from it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from matching.audit.alone import count_who_can_meet
from matching.audit.case import Case
from matching.audit.finding import Finding
from matching.free_time import unpack
from matching.result import FunnelStep, Unmatched, UnmatchedReason


def unmatched(case: Case) -> Iterator[Finding]:
    """Each funnel is what rules and calendars leave, the reason follows, remedies say something."""
    for entry in case.result.unmatched:
        if entry.coachee not in case.coachees:
            continue
        about = f"unmatched {entry.coachee}"
        steps = _funnel(case, entry)
        if entry.funnel != steps:
            yield Finding(about, f"funnel {_told(entry.funnel)} has to be {_told(steps)}")
        if entry.reason != _reason(steps):
            yield Finding(about, f"reason {entry.reason} has to be {_reason(steps)}")
        for remedy in entry.remedies:
            if not remedy.change.strip() or not remedy.effect.strip():
                yield Finding(about, "a remedy does not say what changes and what it does")


def _funnel(case: Case, entry: Unmatched) -> tuple[FunnelStep, ...]:
    row, judges = case.row[entry.coachee], case.judges
    steps = []
    left = np.ones(len(case.roster.coaches), dtype=np.bool_)
    for name, left in judges.passing(row):
        steps.append(FunnelStep(rule=name, left=int(left.sum())))
    able = _who_can_meet(case, row, np.flatnonzero(left))
    return (*steps, FunnelStep(rule="schedule", left=able))


def _who_can_meet(case: Case, row: int, columns: NDArray[np.int64]) -> int:
    free, cycle = case.judges.facts.free_time, case.cycle
    common = unpack(free.coachees[row] & free.coaches[columns], len(free.starts))
    days = free.day.astype(np.int64) + cycle.cycle.start.toordinal()
    coaches = [case.roster.coaches[column] for column in columns.tolist()]
    return count_who_can_meet(common, free.starts, days, coaches, cycle.sessions)


def _reason(steps: tuple[FunnelStep, ...]) -> UnmatchedReason:
    *rules, schedule = steps
    if not rules[-1].left:
        return "nobody-eligible"
    return "all-taken" if schedule.left else "nobody-schedulable"


def _told(steps: tuple[FunnelStep, ...]) -> str:
    return " > ".join(f"{step.rule} {step.left}" for step in steps)
