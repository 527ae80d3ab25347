"""Replaces one coachee's coach without changing any other coachee's coach."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session as Transaction

from api.background.job import Enqueue
from api.plan_queries import facts
from api.plan_queries.questions import coachee_code
from api.plans.plan_details import plan_row
from api.runs.frozen_input import RunInput, RunOptions
from api.runs.rows import PlanState, RunPurpose
from api.runs.run_input import freeze_input
from api.runs.run_queue import queue_run
from api.runs.run_view import RunView
from api.values import FrozenModel
from coach.cycle import Cycle
from coach.errors import ConflictError, NotFoundError
from matching.result import Match, Result


class ReplacementRequest(FrozenModel):
    """A coachee in the published plan, and the id of their new coach in the coaches' file."""

    plan_id: str
    person_id: str
    coach: str


def queue_replacement(
    tx: Transaction,
    enqueue: Enqueue,
    replacement_request: ReplacementRequest,
    options: RunOptions,
    *,
    now: datetime,
) -> RunView:
    """Queue a run that replaces the coach of one coachee in the published plan.

    Every other pair in the plan is pinned. Coachees without a coach cannot be matched with the
    coach who is replaced.

    Raises:
        NotFoundError: there is no such plan, coachee or coach.
        ConflictError: the plan is not published, the coachee has no coach in it or already has this
            one, the cycle's policy pins the coachee, or the cycle has an unfinished run.
    """
    row = plan_row(tx, replacement_request.plan_id)
    if row.state is not PlanState.PUBLISHED:
        raise ConflictError(facts.NOT_PUBLISHED())
    coachee = coachee_code(tx, row, replacement_request.person_id)
    result, coach = Result.model_validate_json(row.result), replacement_request.coach
    current_match = _match_to_replace(result, coachee, coach)
    keep_options = options.model_copy(update={"keep": True})
    run_input = freeze_input(tx, row.cycle_id, keep_options, now=now)
    _refuse_impossible(run_input, coachee, coach)
    swapped = run_input.model_copy(
        update={
            "cycle": _pin_all_others(run_input, result, current_match, coach),
            "own_policy": run_input.cycle,
        }
    )
    return queue_run(
        tx,
        enqueue,
        row.cycle_id,
        swapped,
        keep_options,
        now=now,
        purpose=RunPurpose.REPLACEMENT,
    )


def _match_to_replace(result: Result, coachee: str, coach: str) -> Match:
    match = next((one for one in result.matches if one.coachee == coachee), None)
    if match is None:
        raise ConflictError(facts.NO_COACH(coachee=coachee))
    if match.coach == coach:
        raise ConflictError(facts.SAME_COACH(coachee=coachee, coach=coach))
    return match


def _refuse_impossible(run_input: RunInput, coachee: str, coach: str) -> None:
    if all(one.id != coach for one in run_input.roster.coaches):
        raise NotFoundError(facts.COACH_NOT_FOUND(coach=coach))
    if coachee in run_input.cycle.pins:
        pinned_to = run_input.cycle.pins[coachee]
        raise ConflictError(facts.PINNED(coachee=coachee, coach=pinned_to))


def _pin_all_others(
    run_input: RunInput, result: Result, replaced_match: Match, coach: str
) -> Cycle:
    """Return the policy with pins for the new pair and for all other pairs still in the cycle.

    The coach who is replaced is banned for this coachee and for everyone without a coach.
    """
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
