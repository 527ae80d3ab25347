"""Giving one coachee another coach while everybody else keeps coach and sessions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session as Transaction

from api.background.job import Enqueue
from api.plan_queries.service import coachee_of_plan
from api.plans.service import plan_view
from api.runs.rows import PlanState, RunPurpose
from api.runs.service import RunInput, RunOptions, RunView, frozen_input, queue_run
from api.values import View
from coach.cycle import Cycle
from coach.errors import ConflictError, NotFoundError
from matching.result import Match, Result


class Swap(View):
    """Who gets whom: a coachee of the published plan, and a coach by their id in the list."""

    plan_id: str
    person_id: str
    coach: str


def start_replacement(
    tx: Transaction, enqueue: Enqueue, swap: Swap, options: RunOptions, *, now: datetime
) -> RunView:
    """Queue a run that gives one coachee of the published plan another coach.

    Every other pair of the plan is pinned, and nobody without a coach is placed with the one who
    is replaced. What comes of it is a draft, to be read and published like any other.

    Raises:
        NotFoundError: there is no such plan, coachee or coach.
        ConflictError: the plan is not the published one, the coachee has no coach in it or has
            this one already, the cycle's policy pins their pair, or a run is open.
    """
    plan, coach = plan_view(tx, swap.plan_id), swap.coach
    if plan.summary.state is not PlanState.PUBLISHED:
        raise ConflictError("a coach is replaced in the published plan; this one is not published")
    coachee = coachee_of_plan(tx, swap.plan_id, swap.person_id)
    now_with = next((one for one in plan.result.matches if one.coachee == coachee), None)
    if now_with is None:
        raise ConflictError(f"{coachee} has no coach in this plan; start a new run instead")
    if now_with.coach == coach:
        raise ConflictError(f"{coachee} is with {coach} already; name another coach")
    keeping = options.model_copy(update={"keep": True})
    work = frozen_input(tx, plan.summary.cycle_id, keeping, now=now)
    if all(one.id != coach for one in work.roster.coaches):
        raise NotFoundError(f"there is no coach {coach} in this cycle")
    if coachee in work.cycle.pins:
        raise ConflictError(
            f"the cycle's policy pins {coachee} to {work.cycle.pins[coachee]}: "
            "bring a cycle file without that pin first"
        )
    swapped = work.model_copy(
        update={
            "cycle": _with_everybody_pinned(work, plan.result, now_with, coach),
            "own_policy": work.cycle,
        }
    )
    return queue_run(
        tx,
        enqueue,
        plan.summary.cycle_id,
        swapped,
        keeping,
        now=now,
        purpose=RunPurpose.REPLACEMENT,
    )


def _with_everybody_pinned(work: RunInput, result: Result, leaves: Match, coach: str) -> Cycle:
    """The policy with every pair of `result` whose people are still there pinned, but for one."""
    coachees = {one.id for one in work.roster.coachees}
    coaches = {one.id for one in work.roster.coaches}
    stays = {
        match.coachee: match.coach
        for match in result.matches
        if match is not leaves and match.coachee in coachees and match.coach in coaches
    }
    placed = {match.coachee for match in result.matches}
    bans = dict(work.cycle.bans)
    for one in work.roster.coachees:
        if one.id not in placed or one.id == leaves.coachee:
            bans[one.id] = bans.get(one.id, frozenset()) | {leaves.coach}
    pins = {**work.cycle.pins, **stays, leaves.coachee: coach}
    return work.cycle.model_copy(update={"pins": pins, "bans": bans})
