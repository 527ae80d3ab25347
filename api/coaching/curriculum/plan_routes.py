"""JSON routes for the plans of pairs, and for the course and progress of a cycle."""

from __future__ import annotations

from fastapi import APIRouter

from api.coaching.curriculum import planning, progress
from api.coaching.curriculum.planning import PairSyllabus, PlanInput, Suggestion
from api.coaching.curriculum.progress import CourseInput, PairProgress
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import COACH, MANAGER, PERSON, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.values import FrozenModel
from coach.curriculum import Course

PLANS = APIRouter(prefix=f"{API}/sessions/{{session_id}}/modules", tags=["curriculum"])
PROGRESS = APIRouter(prefix=f"{API}/cycles/{{cycle_id}}/curriculum", tags=["curriculum"])


class ModulePlanJson(FrozenModel):
    """A pair's plan: the session number planned for each module, keyed by module code.

    `by_coach` is true if a coach has changed the plan; otherwise, the plan is a suggestion for the
    course.
    """

    course: Course
    sessions: int
    planned: dict[str, int]
    by_coach: bool
    version: int


class ProgressJson(FrozenModel):
    """The course of a cycle, and the progress of its pairs."""

    course: Course
    pairs: tuple[PairProgress, ...]


@PLANS.get("", responses=problem_responses(404))
def read_module_plan(
    session_id: str, services: ServicesDep, principal: PrincipalDep
) -> ModulePlanJson:
    """Get the plan for all sessions of this session's pair."""
    return _shown(planning.read_syllabus(services, principal, session_id))


@PLANS.put("", responses=problem_responses(404, 412, 422))
def change_module_plan(
    session_id: str, given: PlanInput, services: ServicesDep, principal: PrincipalDep
) -> ModulePlanJson:
    """Replace the plan for all sessions of this session's pair."""
    return _shown(planning.change_plan(services, principal, session_id, given))


@PLANS.post("/suggestion", responses=problem_responses(404, 412, 422))
def use_module_suggestion(
    session_id: str, wanted: Suggestion, services: ServicesDep, principal: PrincipalDep
) -> ModulePlanJson:
    """Replace the plan with the suggestion for a course."""
    return _shown(planning.use_suggestion(services, principal, session_id, wanted))


@PROGRESS.get("", responses=problem_responses(404))
def read_progress(cycle_id: str, services: ServicesDep) -> ProgressJson:
    """Get the course of a cycle, and the progress of its pairs."""
    found = progress.read_progress(services, cycle_id)
    return ProgressJson(course=found.course, pairs=found.pairs)


@PROGRESS.put("", responses=problem_responses(404, 422))
def choose_course(cycle_id: str, wanted: CourseInput, services: ServicesDep) -> ProgressJson:
    """Choose the course of a cycle. Pairs whose coach has changed the plan keep their course."""
    found = progress.choose_course(services, cycle_id, wanted)
    return ProgressJson(course=found.course, pairs=found.pairs)


def _shown(pair: PairSyllabus) -> ModulePlanJson:
    return ModulePlanJson(
        course=pair.syllabus.course,
        sessions=pair.syllabus.sessions,
        planned=dict(pair.syllabus.plan),
        by_coach=pair.syllabus.by_coach,
        version=pair.syllabus.version,
    )


_CHANGE = Permission(COACH, own_only=True, requires_verification=True)
_PLAN = API + "/sessions/{session_id}/modules"
_PROGRESS = API + "/cycles/{cycle_id}/curriculum"

ROUTERS = (PLANS, PROGRESS)
PERMISSIONS: Permissions = {
    ("GET", _PLAN): Permission(
        MANAGER | PERSON,
        own_only=True,
        audit_action="plan of modules opened",
        requires_verification=True,
    ),
    ("PUT", _PLAN): _CHANGE,
    ("POST", f"{_PLAN}/suggestion"): _CHANGE,
    ("GET", _PROGRESS): Permission(MANAGER, audit_action="curriculum of cycle opened"),
    ("PUT", _PROGRESS): Permission(MANAGER),
}
