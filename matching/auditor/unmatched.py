"""Checks of unmatched coachees: their funnels, reasons and remedies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from coach.people import Coach
from coach.texts.facts import MESSAGES, Fact
from coach.texts.renderer import english
from matching.auditor.context import AuditContext
from matching.auditor.finding import Finding
from matching.auditor.hours import minute_of
from matching.auditor.pair_feasibility import count_schedulable_coaches
from matching.facts import findings as facts
from matching.facts.names import rule_name
from matching.instance.availability_grid import unpack
from matching.result import FunnelStep, Unmatched, UnmatchedReason


def unmatched(context: AuditContext) -> Iterator[Finding]:
    """Yield a finding for each wrong funnel or reason and each incomplete remedy."""
    for entry in context.result.unmatched:
        if entry.coachee not in context.coachees:
            continue
        context.on_step()
        about = facts.UNMATCHED(coachee=entry.coachee)
        steps = _funnel(context, entry)
        if entry.funnel != steps:
            wrong = facts.WRONG_FUNNEL(reported=_describe(entry.funnel), right=_describe(steps))
            yield Finding(about, wrong)
        if entry.reason != _reason(steps):
            yield Finding(about, facts.WRONG_REASON(reported=entry.reason, right=_reason(steps)))
        for remedy in entry.remedies:
            if _is_empty(remedy.change) or _is_empty(remedy.effect):
                yield Finding(about, facts.INCOMPLETE_REMEDY())


def _funnel(context: AuditContext, entry: Unmatched) -> tuple[FunnelStep, ...]:
    row, evaluator = context.row[entry.coachee], context.evaluator
    steps = []
    left = np.ones(len(context.roster.coaches), dtype=np.bool_)
    for name, left in evaluator.remaining_after_each(row):
        steps.append(FunnelStep(rule=name, left=int(left.sum())))
    able = _count_schedulable(context, row, np.flatnonzero(left))
    return (*steps, FunnelStep(rule="schedule", left=able))


def _count_schedulable(context: AuditContext, row: int, columns: NDArray[np.int64]) -> int:
    free, cycle = context.evaluator.inputs.availability_grid, context.cycle
    coaches = [context.roster.coaches[column] for column in columns.tolist()]
    days = free.day.astype(np.int64) + cycle.cycle.start.toordinal()
    if context.under_way is None:
        own = np.flatnonzero(unpack(free.coachees[row], len(free.starts)))
        common = unpack(free.coaches[columns], len(free.starts))[:, own]
        return count_schedulable_coaches(
            *(common, free.starts[own], days[own], coaches, cycle.sessions),
            contracting=int((own < free.contracting).sum()),
        )
    common = unpack(free.coachees[row] & free.coaches[columns], len(free.starts))
    coachee = context.roster.coachees[row].id
    return sum(
        _can_continue(context, coachee, coach, (starts, free.starts, days))
        for coach, starts in zip(coaches, common, strict=True)
    )


def _can_continue(
    context: AuditContext,
    coachee: str,
    coach: Coach,
    common: tuple[NDArray[np.bool_], NDArray[np.int64], NDArray[np.int64]],
) -> bool:
    """Return whether the pair's remaining sessions fit around the coach's past ones."""
    free, starts, days = common
    past, policy = context.past.get((coachee, coach.id), ()), context.cycle.sessions
    number = past[-1].number if past else context.reached(coachee)
    if number >= policy.count:
        return bool(past)
    free = free & _free_of_fixed_history(context, coach, starts, days)
    opening = np.ones(len(days), dtype=np.bool_)
    if past:
        last = past[-1].start.astimezone(context.cycle.cycle.zone).date().toordinal()
        gap, (least, most) = days - last, (policy.min_gap_days, policy.max_gap_days)
        if not number:
            least, most = policy.contracting_gap_days
        opening = (gap >= least) & (gap <= most)
    left = policy.model_copy(update={"count": policy.count - max(0, number)})
    contracting = context.evaluator.inputs.availability_grid.contracting
    if number >= 0:  # the contracting session is over
        free, opening = free[contracting:], opening[contracting:]
        starts, days = starts[contracting:], days[contracting:]
        contracting = 0
    return bool(
        count_schedulable_coaches(
            *(free[np.newaxis], starts, days, [coach], left),
            opening=opening,
            contracting=contracting,
        )
    )


def _free_of_fixed_history(
    context: AuditContext, coach: Coach, starts: NDArray[np.int64], days: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return the starts on or after `not_before` that the coach's past sessions do not block."""
    if context.under_way is None:
        return np.ones(len(days), dtype=np.bool_)
    first, policy, zone = (
        context.under_way.not_before,
        context.cycle.sessions,
        context.cycle.cycle.zone,
    )
    past = [one for (_, who), some in context.past.items() if who == coach.id for one in some]
    left: NDArray[np.bool_] = days >= first.toordinal()
    for session in past:
        length = context.hours.length(session.number)
        left &= starts >= minute_of(session.start) + length + policy.buffer_minutes
    monday = first - timedelta(first.weekday())
    in_week = sum(session.start.astimezone(zone).date() >= monday for session in past)
    if in_week >= (coach.max_per_week or policy.max_per_coach_week):
        left &= days >= monday.toordinal() + 7
    return left


def _reason(steps: tuple[FunnelStep, ...]) -> UnmatchedReason:
    *rules, schedule = steps
    if not rules[-1].left:
        return "nobody-eligible"
    return "all-taken" if schedule.left else "nobody-schedulable"


def _describe(steps: tuple[FunnelStep, ...]) -> list[Fact]:
    return [facts.FUNNEL_STEP(rule=rule_name(step.rule), left=step.left) for step in steps]


def _is_empty(fact: Fact) -> bool:
    """Return whether a fact has no text: a blank legacy sentence, or an unknown message."""
    return not english(fact).strip() or fact.code not in MESSAGES
