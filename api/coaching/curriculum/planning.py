"""Use cases for pairs: reading agendas, and reading and changing the syllabus."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.coaching.curriculum import facts
from api.coaching.curriculum.catalogue import StoredModule, all_modules
from api.coaching.curriculum.syllabi import (
    Plan,
    Syllabus,
    find_syllabus,
    store_plan,
    suggested_plan,
    syllabi,
)
from api.http.principal import AccessRole, Principal
from api.services import Services
from api.sessions.rows import SessionRow, SessionState
from api.sessions.schedule import own_session, person_schedule
from api.sessions.session_details import SessionDetails
from api.values import FrozenModel
from coach.curriculum import Course, Module
from coach.errors import (
    ChangedSinceError,
    InputFault,
    NotAllowedError,
    NotFoundError,
    UnusableInputError,
    differing,
)
from coach.module_codes import ModuleCode

_MAX_PLANNED = 60


class PlanInput(FrozenModel):
    """A plan: the session number planned for each module, keyed by module code.

    `version` is the version of the plan that the coach has read.
    """

    version: int
    course: Course
    planned: Annotated[
        dict[ModuleCode, Annotated[int, Field(ge=1)]], Field(max_length=_MAX_PLANNED)
    ]


class Suggestion(FrozenModel):
    """The course whose suggested plan is to be used; for `version`, see `PlanInput`."""

    version: Annotated[int, Field(ge=0)]
    course: Course


@dataclass(frozen=True, slots=True)
class SessionModules:
    """All modules of the deployment, and the codes of the modules planned for a session.

    `next_date` is the day of the coachee's following session, if there is one.
    """

    modules: tuple[StoredModule, ...]
    planned: tuple[str, ...]
    next_date: date | None


@dataclass(frozen=True, slots=True)
class PairSyllabus:
    """A pair's syllabus, with all modules of the deployment and the coachee's sessions."""

    syllabus: Syllabus
    modules: tuple[StoredModule, ...]
    sessions: tuple[SessionDetails, ...]


def read_syllabus(services: Services, principal: Principal, session_id: str) -> PairSyllabus:
    """Return the syllabus of a session's pair.

    Raises:
        NotFoundError: there is no such session, `principal` may not see it, or the coachee has no
            confirmed sessions.
    """
    with services.database.reading() as tx:
        return _pair_syllabus(tx, own_session(tx, principal, session_id))


def change_plan(
    services: Services, principal: Principal, session_id: str, given: PlanInput
) -> PairSyllabus:
    """Replace the plan of a session's pair.

    Raises:
        NotFoundError: see `read_syllabus`.
        NotAllowedError: `principal` is not the coach of the coachee's last session.
        ChangedSinceError: the plan has been changed since `given.version`.
        UnusableInputError: the plan contains unknown modules, retired modules that were not planned
            before, or nonexistent session numbers.
    """
    with services.database.writing() as tx:
        session = own_session(tx, principal, session_id)
        modules = all_modules(tx)
        syllabus = _syllabus_to_change(tx, principal, session, modules)
        _require(syllabus, given.version, given)
        _check(modules, syllabus, given.planned)
        _store(tx, services, syllabus, given.course, given.planned)
        return _pair_syllabus(tx, session)


def use_suggestion(
    services: Services, principal: Principal, session_id: str, wanted: Suggestion
) -> PairSyllabus:
    """Replace the plan of a session's pair with the suggestion for a course.

    Raises:
        NotFoundError: see `read_syllabus`.
        NotAllowedError: `principal` is not the coach of the coachee's last session.
        ChangedSinceError: the plan has been changed since `wanted.version`.
    """
    with services.database.writing() as tx:
        session = own_session(tx, principal, session_id)
        modules = all_modules(tx)
        syllabus = _syllabus_to_change(tx, principal, session, modules)
        _require(syllabus, wanted.version)
        plan = suggested_plan(modules, wanted.course, syllabus.sessions)
        _store(tx, services, syllabus, wanted.course, plan)
        return _pair_syllabus(tx, session)


def read_own_syllabi(services: Services, principal: Principal) -> tuple[PairSyllabus, ...]:
    """Return a coachee's own syllabus, or the syllabi of all of a coach's current coachees."""
    with services.database.reading() as tx:
        person_id = principal.person_id or ""
        modules, schedule = all_modules(tx), person_schedule(tx, person_id)
        if principal.role is AccessRole.COACHEE:
            found = syllabi(tx, SessionRow.coachee_id == person_id, modules)
        else:
            own = select(SessionRow.coachee_id).where(SessionRow.coach_id == person_id)
            all_of_coachees = syllabi(tx, SessionRow.coachee_id.in_(own), modules)
            found = tuple(one for one in all_of_coachees if one.coach_id == person_id)
        return tuple(
            PairSyllabus(
                syllabus,
                modules,
                tuple(
                    session
                    for session in schedule.sessions
                    if session.coachee.id == syllabus.coachee_id
                ),
            )
            for syllabus in found
        )


def read_agenda(services: Services, session: SessionDetails) -> tuple[Module, ...]:
    """Return the modules that are planned for a session, without draft objectives."""
    with services.database.reading() as tx:
        modules = all_modules(tx)
        syllabus = find_syllabus(tx, session.coachee.id, modules)
        planned = () if syllabus is None else syllabus.modules_of(session.number)
        return tuple(one.module.without_drafts() for one in modules if one.code in planned)


def session_modules(services: Services, session: SessionDetails) -> SessionModules:
    """Return all modules, those planned for a session, and the day of the next session."""
    with services.database.reading() as tx:
        modules = all_modules(tx)
        syllabus = find_syllabus(tx, session.coachee.id, modules)
        following = select(SessionRow.starts_at).where(
            SessionRow.coachee_id == session.coachee.id,
            SessionRow.state == SessionState.CONFIRMED,
            SessionRow.number > session.number,
            SessionRow.starts_at > session.start,
        )
        starts_at = tx.scalar(following.order_by(SessionRow.starts_at).limit(1))
        return SessionModules(
            modules=modules,
            planned=() if syllabus is None else syllabus.modules_of(session.number),
            next_date=None
            if starts_at is None
            else starts_at.astimezone(session.start.tzinfo).date(),
        )


def _pair_syllabus(tx: Transaction, session: SessionRow) -> PairSyllabus:
    modules = all_modules(tx)
    syllabus = find_syllabus(tx, session.coachee_id, modules)
    if syllabus is None:
        raise NotFoundError(facts.NO_SESSIONS())
    sessions = person_schedule(tx, session.coachee_id).sessions
    return PairSyllabus(syllabus, modules, sessions)


def _syllabus_to_change(
    tx: Transaction,
    principal: Principal,
    session: SessionRow,
    modules: tuple[StoredModule, ...],
) -> Syllabus:
    syllabus = find_syllabus(tx, session.coachee_id, modules)
    if syllabus is None:
        raise NotFoundError(facts.NO_SESSIONS())
    if principal.role is not AccessRole.COACH or principal.person_id != syllabus.coach_id:
        raise NotAllowedError(facts.NOT_THE_COACH())
    return syllabus


def _require(syllabus: Syllabus, version: int, given: PlanInput | None = None) -> None:
    if syllabus.version == version:
        return
    stored = {"course": syllabus.course.value, "planned": dict(syllabus.plan)}
    wanted: dict[str, Any] = {}
    if given is not None:
        numbers = dict.fromkeys(syllabus.plan) | dict(given.planned)
        wanted = {"course": given.course.value, "planned": numbers}
    raise ChangedSinceError(facts.PLAN_CHANGED_SINCE(), differing(stored, wanted))


def _check(modules: tuple[StoredModule, ...], syllabus: Syllabus, plan: Plan) -> None:
    can_be_planned = {one.code for one in modules if one.retired_at is None} | syllabus.plan.keys()
    faults = [
        InputFault("body", 1, code, facts.NO_MODULE_TO_PLAN(code=code))
        for code in plan
        if code not in can_be_planned
    ]
    faults += [
        InputFault("body", 1, code, facts.NO_SUCH_SESSION(count=syllabus.sessions))
        for code, number in plan.items()
        if number > syllabus.sessions
    ]
    if faults:
        raise UnusableInputError(faults)


def _store(
    tx: Transaction, services: Services, syllabus: Syllabus, course: Course, plan: Plan
) -> None:
    store_plan(tx, syllabus, course, plan, by_coach=True, now=services.now())
    record_event(
        tx,
        "plan of modules changed",
        "person",
        syllabus.coachee_id,
        modules=len(plan),
        version=syllabus.version + 1,
    )
