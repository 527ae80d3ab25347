"""Pages where a pair views the modules of its sessions, and where the coach plans them."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from api.coaching.curriculum import facts, labels, planning
from api.coaching.curriculum.plan_presenters import (
    module_choices,
    planned_sessions,
    session_options,
    shown_plan,
)
from api.coaching.curriculum.planning import PlanInput, Suggestion
from api.http import urls
from api.http.dependencies import PrincipalDep, ServicesDep, principal_of, services_for
from api.http.permissions import COACH, PERSON, Permission, Permissions
from api.http.principal import AccessRole
from api.http.versions import version_in_form
from api.web.rendering import FormFields, parse_form, redirect_after_post, render_page
from api.web.shown_forms import FormState, Refused
from coach.errors import ConflictError, UnusableInputError
from coach.texts.facts import Displayed

PLAN_PAGES = APIRouter(prefix="/p/{link}", include_in_schema=False)
_OWN = "/p/{link}/curriculum"
_MODULES = "/sessions/{session_id}/modules"
_FIELD = "session."


@PLAN_PAGES.get("/curriculum")
def show_own(
    link: str, request: Request, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Show coachees the modules of their sessions, and coaches those of all current coachees."""
    found = planning.read_own_syllabi(services, principal)
    is_coach = principal.role is AccessRole.COACH
    return render_page(
        request,
        "coaching/curriculum/own_curriculum.html",
        home=urls.person(link),
        is_coach=is_coach,
        pairs=[
            (
                pair.sessions[0].coachee.name if is_coach else "",
                facts.COURSES[pair.syllabus.course],
                planned_sessions(pair),
                urls.person_session_modules(link, pair.sessions[-1].id),
            )
            for pair in found
        ],
    )


@PLAN_PAGES.get(_MODULES)
def show_plan(link: str, session_id: str, request: Request, *, saved: bool = False) -> Response:
    """Show the plan of a pair, with a form for its coach to change it."""
    return _render(request, link, session_id, saved=saved)


@PLAN_PAGES.post(_MODULES)
def change_plan(link: str, session_id: str, request: Request, form_fields: FormFields) -> Response:
    """Replace the plan, or show why this is not possible."""
    numbers = {
        field.removeprefix(_FIELD): number
        for field, number in form_fields.items()
        if field.startswith(_FIELD) and number
    }
    entered = FormState(numbers, version_in_form(form_fields.get("version", "")))
    try:
        course = form_fields.get("course", "")
        fields = {"version": entered.version, "course": course, "planned": numbers}
        given = parse_form(PlanInput, fields)
        planning.change_plan(services_for(request), principal_of(request), session_id, given)
    except (UnusableInputError, ConflictError) as error:
        return _render(request, link, session_id, Refused(entered, error=error))
    return redirect_after_post(urls.person_session_modules(link, session_id, saved=True))


@PLAN_PAGES.post(f"{_MODULES}/suggestion")
def use_suggestion(
    link: str, session_id: str, request: Request, form_fields: FormFields
) -> Response:
    """Replace the plan with the suggestion for a course, or show why this is not possible."""
    wanted = parse_form(Suggestion, form_fields)
    try:
        planning.use_suggestion(services_for(request), principal_of(request), session_id, wanted)
    except ConflictError as error:
        return _render(request, link, session_id, problem=error.shown)
    return redirect_after_post(urls.person_session_modules(link, session_id, saved=True))


def _render(
    request: Request,
    link: str,
    session_id: str,
    refused: Refused | None = None,
    *,
    problem: Displayed = "",
    saved: bool = False,
) -> Response:
    services, principal = services_for(request), principal_of(request)
    pair = planning.read_syllabus(services, principal, session_id)
    form = shown_plan(pair, refused)
    chosen, others = module_choices(pair, form)
    return render_page(
        request,
        "coaching/curriculum/plan.html",
        HTTPStatus.CONFLICT if problem else form.status,
        home=urls.person(link),
        address=urls.person_session_modules(link, session_id),
        coachee=pair.sessions[0].coachee.name,
        can_change=pair.syllabus.coach_id == principal.person_id,
        course=pair.syllabus.course,
        course_name=facts.COURSES[pair.syllabus.course],
        courses=labels.COURSES,
        version=form.version,
        sessions=planned_sessions(pair),
        options=session_options(pair),
        chosen=chosen,
        others=others,
        problem=problem or form.faults.get("", ""),
        saved=saved,
    )


_CHANGE = Permission(COACH, own_only=True, requires_verification=True)

ROUTERS = (PLAN_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", _OWN): Permission(PERSON, own_only=True, requires_verification=True),
    ("GET", f"/p/{{link}}{_MODULES}"): _CHANGE,
    ("POST", f"/p/{{link}}{_MODULES}"): _CHANGE,
    ("POST", f"/p/{{link}}{_MODULES}/suggestion"): _CHANGE,
}
