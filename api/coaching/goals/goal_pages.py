"""Pages for a pair's goals: the list, one goal, and the three steps of writing a goal."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Response

from api.coaching.agreements.pair_request import PairRequest, PairRequestDep
from api.coaching.goals import goals, labels, ratings
from api.coaching.goals.forms import (
    FORMS,
    GOAL_FIELDS,
    STEP_FIELDS,
    GoalPart,
    GoalStepForm,
    StatementForm,
    by_form_field,
    goal_fields,
)
from api.coaching.goals.presenters import goal_display, score_lines
from api.coaching.goals.ratings import RatingInput
from api.coaching.goals.sharing_with_new_coach import share_with_new_coach
from api.http.permissions import COACHEE, PERSON, Permission, Permissions
from api.web.rendering import (
    FormFields,
    non_empty_fields,
    parse_form,
    redirect_after_post,
    render_page,
    validate_form,
)
from api.web.shown_forms import FormState, Refused, shown_form, shown_step, submitted
from coach.errors import ConflictError
from coach.texts.facts import Displayed

GOAL_PAGES = APIRouter(prefix="/p/{link}/coaching/{other_id}", include_in_schema=False)
_FIRST_SCALE = 2  # the version of a goal whose second step was entered for the first time
_EMPTY = {"weight": "1", "baseline": "-2"}


@GOAL_PAGES.get("/goals")
def show_goals(pair: PairRequestDep) -> Response:
    """Show the pair's goals, with the T scores."""
    return _render_list(pair)


@GOAL_PAGES.get("/goals/new")
def show_new_goal(pair: PairRequestDep) -> Response:
    """Show the first step of a new goal."""
    return _render_form(pair, GoalPart.STATEMENT, None)


@GOAL_PAGES.post("/goals")
def add_goal(pair: PairRequestDep, form_fields: FormFields) -> Response:
    """Store the first step of a new goal, and redirect to the second step."""
    part = GoalPart.STATEMENT
    entered = submitted(form_fields, GOAL_FIELDS[part])
    given, faults = validate_form(StatementForm, form_fields, "")
    if given is None or given.parts.statement is None:
        return _render_form(pair, part, None, Refused(entered, faults))
    try:
        added = goals.add_goal(pair.services, pair.principal, pair.other_id, given.parts.statement)
    except ConflictError as error:
        return _render_form(pair, part, None, Refused(entered, error=error))
    return redirect_after_post(f"{pair.address}/goals/{added.id}/change/{GoalPart.SCALE}")


@GOAL_PAGES.get("/goals/{goal_id}")
def show_goal(goal_id: str, pair: PairRequestDep) -> Response:
    """Show one goal, and the available actions."""
    return _render_goal(pair, goal_id)


@GOAL_PAGES.get("/goals/{goal_id}/change/{part}")
def show_part(goal_id: str, part: GoalPart, pair: PairRequestDep) -> Response:
    """Show the form for one part of a goal."""
    return _render_form(pair, part, goal_id)


@GOAL_PAGES.post("/goals/{goal_id}/change/{part}")
def change_part(
    goal_id: str, part: GoalPart, pair: PairRequestDep, form_fields: FormFields
) -> Response:
    """Store a part of a goal; after the scale of a new goal, redirect to the third part."""
    entered = submitted(form_fields, GOAL_FIELDS[part])
    given, faults = validate_form(FORMS[part], {**form_fields, "seen": entered.version}, "")
    if given is None:
        return _render_form(pair, part, goal_id, Refused(entered, by_form_field(faults)))
    services, principal = pair.services, pair.principal
    try:
        after = goals.change_goal(services, principal, pair.other_id, goal_id, given.parts)
    except ConflictError as error:
        return _render_form(pair, part, goal_id, Refused(entered, error=error))
    page = f"{pair.address}/goals/{goal_id}"
    if part is GoalPart.SCALE and after.version == _FIRST_SCALE:
        return redirect_after_post(f"{page}/change/{GoalPart.PROOF}")
    return redirect_after_post(page)


@GOAL_PAGES.post("/goals/{goal_id}/step")
def step_goal(goal_id: str, pair: PairRequestDep, form_fields: FormFields) -> Response:
    """Agree to a goal, start or reopen it, record its result, drop it, or hand it over."""
    entered = submitted(form_fields, STEP_FIELDS)
    fields = non_empty_fields(form_fields) | {"seen": str(entered.version)}
    given, faults = validate_form(GoalStepForm, fields, "")
    if given is None:
        return _render_goal(pair, goal_id, step=Refused(entered, faults))
    try:
        goals.step_goal(pair.services, pair.principal, pair.other_id, goal_id, given.step)
    except ConflictError as error:
        return _render_goal(pair, goal_id, step=Refused(entered, error=error))
    return redirect_after_post(f"{pair.address}/goals/{goal_id}")


@GOAL_PAGES.post("/goals/{goal_id}/ratings")
def rate_goal(goal_id: str, pair: PairRequestDep, form_fields: FormFields) -> Response:
    """Store a rating."""
    rating = parse_form(RatingInput, form_fields)
    try:
        ratings.rate_goal(pair.services, pair.principal, pair.other_id, goal_id, rating)
    except ConflictError as error:
        return _render_goal(pair, goal_id, error.shown)
    return redirect_after_post(f"{pair.address}/goals/{goal_id}#ratings")


@GOAL_PAGES.post("/share-with-new-coach")
def share_goals(pair: PairRequestDep) -> Response:
    """Let the new coach see the goals and commitments of this former pair."""
    try:
        shared = share_with_new_coach(pair.services, pair.principal, pair.other_id)
    except ConflictError as error:
        return _render_list(pair, error.shown)
    return redirect_after_post(f"{pair.layout['hub']}/{shared.coach_id}/goals")


def _render_list(pair: PairRequest, conflict: Displayed = "") -> Response:
    found = goals.read_goals(pair.services, pair.principal, pair.other_id)
    return render_page(
        pair.request,
        "coaching/goals.html",
        HTTPStatus.CONFLICT if conflict else HTTPStatus.OK,
        **pair.layout,
        found=found,
        goals=[goal_display(goal) for goal in found.goals],
        scores=score_lines(found.scores),
        conflict=conflict,
    )


def _render_goal(
    pair: PairRequest, goal_id: str, conflict: Displayed = "", step: Refused | None = None
) -> Response:
    found = goals.read_goals(pair.services, pair.principal, pair.other_id)
    goal = found.goal(goal_id)
    return render_page(
        pair.request,
        "coaching/goal.html",
        step.status if step else HTTPStatus.CONFLICT if conflict else HTTPStatus.OK,
        **pair.layout,
        found=found,
        goal=goal_display(goal),
        waits_for_other=goal.written_by is found.my_side and goal.scale is not None,
        reasons=labels.DROP_OPTIONS,
        moments=labels.MOMENT_OPTIONS,
        levels=labels.LEVEL_OPTIONS,
        conflict=step.shown if step else conflict,
        step=shown_step(goal.version, step),
    )


def _render_form(
    pair: PairRequest,
    part: GoalPart,
    goal_id: str | None,
    refused: Refused | None = None,
) -> Response:
    found = goals.read_goals(pair.services, pair.principal, pair.other_id)
    goal = None if goal_id is None else found.goal(goal_id)
    stored = FormState(dict.fromkeys(GOAL_FIELDS[part], "") | _EMPTY, 0)
    if goal is not None:
        stored = FormState(goal_fields(goal, part), goal.version)
    form = shown_form(stored, refused, labels.GOAL_WORDS)
    return render_page(
        pair.request,
        f"coaching/goal_{part}.html",
        form.status,
        **pair.layout,
        **form.context,
        found=found,
        goal=goal,
        action=_action(pair, part, goal_id),
        areas=labels.AREA_OPTIONS,
        reaches=labels.REACH_OPTIONS,
        weights=labels.WEIGHT_OPTIONS,
        baselines=labels.BASELINE_OPTIONS,
        proofs=labels.PROOF_OPTIONS,
        pillars=labels.PILLAR_OPTIONS,
    )


def _action(pair: PairRequest, part: GoalPart, goal_id: str | None) -> str:
    goals_page = f"{pair.address}/goals"
    return goals_page if goal_id is None else f"{goals_page}/{goal_id}/change/{part}"


ROUTERS = (GOAL_PAGES,)
_OWN = Permission(PERSON, own_only=True, requires_verification=True)
_PAIR = "/p/{link}/coaching/{other_id}"
PERMISSIONS: Permissions = {
    ("GET", f"{_PAIR}/goals"): _OWN,
    ("POST", f"{_PAIR}/goals"): _OWN,
    ("GET", f"{_PAIR}/goals/new"): _OWN,
    ("GET", f"{_PAIR}/goals/{{goal_id}}"): _OWN,
    ("GET", f"{_PAIR}/goals/{{goal_id}}/change/{{part}}"): _OWN,
    ("POST", f"{_PAIR}/goals/{{goal_id}}/change/{{part}}"): _OWN,
    ("POST", f"{_PAIR}/goals/{{goal_id}}/step"): _OWN,
    ("POST", f"{_PAIR}/goals/{{goal_id}}/ratings"): _OWN,
    ("POST", f"{_PAIR}/share-with-new-coach"): Permission(
        COACHEE, own_only=True, requires_verification=True
    ),
}
