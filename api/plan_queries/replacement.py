"""Giving one coachee another coach while everybody else keeps coach and sessions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session as Transaction

from api.background.job import Enqueue
from api.plan_queries.service import coachee_code_in_plan
from api.plans.service import plan_view
from api.runs.rows import PlanState, RunPurpose
from api.runs.run_input import RunInput, RunOptions, freeze_input
from api.runs.run_view import RunView
from api.runs.service import queue_run
from api.values import FrozenModel
from coach.cycle import Cycle
from coach.errors import ConflictError, NotFoundError
from matching.result import Match, Result


class ReplacementRequest(FrozenModel):
    """Who gets whom: a coachee of the published plan, and a coach by their id in the list."""

    plan_id: str
    person_id: str
    coach: str


def start_replacement(
    tx: Transaction,
    enqueue: Enqueue,
    replacement_request: ReplacementRequest,
    options: RunOptions,
    *,
    now: datetime,
) -> RunView:
    """Queue a run that gives one coachee of the published plan another coach.

    Every other pair of the plan is pinned, and nobody without a coach is placed with the one who
    is replaced. What comes of it is a draft, to be read and published like any other.

    Raises:
        NotFoundError: there is no such plan, coachee or coach.
        ConflictError: the plan is not the published one, the coachee has no coach in it or has
            this one already, the cycle's policy pins their pair, or a run is open.
    """
    plan, coach = plan_view(tx, replacement_request.plan_id), replacement_request.coach
    if plan.summary.state is not PlanState.PUBLISHED:
        raise ConflictError("a coach is replaced in the published plan; this one is not published")
    coachee = coachee_code_in_plan(tx, replacement_request.plan_id, replacement_request.person_id)
    current_match = next((one for one in plan.result.matches if one.coachee == coachee), None)
    if current_match is None:
        raise ConflictError(f"{coachee} has no coach in this plan; start a new run instead")
    if current_match.coach == coach:
        raise ConflictError(f"{coachee} is with {coach} already; name another coach")
    keep_options = options.model_copy(update={"keep": True})
    run_input = freeze_input(tx, plan.summary.cycle_id, keep_options, now=now)
    if all(one.id != coach for one in run_input.roster.coaches):
        raise NotFoundError(f"there is no coach {coach} in this cycle")
    if coachee in run_input.cycle.pins:
        raise ConflictError(
            f"the cycle's policy pins {coachee} to {run_input.cycle.pins[coachee]}: "
            "bring a cycle file without that pin first"
        )
    swapped = run_input.model_copy(
        update={
            "cycle": _pin_all_others(run_input, plan.result, current_match, coach),
            "own_policy": run_input.cycle,
        }
    )
    return queue_run(
        tx,
        enqueue,
        plan.summary.cycle_id,
        swapped,
        keep_options,
        now=now,
        purpose=RunPurpose.REPLACEMENT,
    )


def _pin_all_others(
    run_input: RunInput, result: Result, replaced_match: Match, coach: str
) -> Cycle:
    """The policy with every pair of `result` whose people are still there pinned, but for one."""
    coachees = {one.id for one in run_input.roster.coachees}
    coaches = {one.id for one in run_input.roster.coaches}
    kept_pins = {
        match.coachee: match.coach
        for match in result.matches
        if match is not replaced_match and match.coachee in coachees and match.coach in coaches
    }
    placed = {match.coachee for match in result.matches}
    bans = dict(run_input.cycle.bans)
    for one in run_input.roster.coachees:
        if one.id not in placed or one.id == replaced_match.coachee:
            bans[one.id] = bans.get(one.id, frozenset()) | {replaced_match.coach}
    pins = {**run_input.cycle.pins, **kept_pins, replaced_match.coachee: coach}
    return run_input.cycle.model_copy(update={"pins": pins, "bans": bans})
