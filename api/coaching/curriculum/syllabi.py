"""The plans of pairs: the course, and the stored or suggested modules of each session."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.orm import Session as Transaction

from api.coaching.curriculum.catalogue import StoredModule, all_modules
from api.coaching.curriculum.rows import (
    CoveredModuleRow,
    CycleCourseRow,
    PlannedModuleRow,
    SyllabusRow,
)
from api.participants.rows import PersonRow
from api.sessions.rows import SessionRow, SessionState
from coach.curriculum import Course, distribute

Plan = Mapping[str, int]
"""The number of the session for which each module is planned, keyed by module code."""


@dataclass(frozen=True, slots=True)
class Syllabus:
    """The plan of a coachee and their coach.

    Attributes:
        coach_id: the coach of the coachee's last session, who can change the plan.
        sessions: the number of sessions.
        minutes: the length of the coachee's last session.
        covered: the numbers of the sessions in which each module was covered, keyed by module code.
        version: the number of changes; 0 if nothing is stored.
    """

    coachee_id: str
    coach_id: str
    sessions: int
    minutes: int
    course: Course
    plan: Plan
    covered: Mapping[str, tuple[int, ...]]
    by_coach: bool
    version: int

    def modules_of(self, number: int) -> tuple[str, ...]:
        """Return the codes of the modules that are planned for the session with this number."""
        return tuple(code for code, planned in self.plan.items() if planned == number)


def suggested_plan(modules: Iterable[StoredModule], course: Course, sessions: int) -> Plan:
    """Return a plan that spreads a course's modules, except retired ones, across the sessions."""
    chosen = [
        one.module for one in modules if one.module.level is course and one.retired_at is None
    ]
    parts = distribute(chosen, sessions)
    return {code: number for number, codes in enumerate(parts, start=1) for code in codes}


def find_syllabus(
    tx: Transaction, coachee_id: str, modules: Collection[StoredModule] | None = None
) -> Syllabus | None:
    """Return the syllabus of a coachee, or `None` if they have no confirmed sessions."""
    found = syllabi(tx, SessionRow.coachee_id == coachee_id, modules)
    return next(iter(found), None)


def syllabi(
    tx: Transaction,
    condition: ColumnElement[bool],
    modules: Collection[StoredModule] | None = None,
) -> tuple[Syllabus, ...]:
    """Return the syllabi of the coachees with confirmed sessions that match `condition`.

    The number of queries does not depend on the number of coachees.
    """
    last: dict[str, SessionRow] = {}
    counts: dict[str, int] = defaultdict(int)
    sessions = select(SessionRow).where(SessionRow.state == SessionState.CONFIRMED, condition)
    for session in tx.scalars(sessions.order_by(SessionRow.number, SessionRow.starts_at)):
        last[session.coachee_id] = session
        counts[session.coachee_id] = max(counts[session.coachee_id], session.count)
    if not last:
        return ()
    known = all_modules(tx) if modules is None else modules
    coachees = select(SessionRow.coachee_id).where(condition)
    stored = select(SyllabusRow).where(SyllabusRow.coachee_id.in_(coachees))
    rows = {row.coachee_id: row for row in tx.scalars(stored)}
    plans: dict[str, dict[str, int]] = defaultdict(dict)
    planned = select(PlannedModuleRow).where(PlannedModuleRow.coachee_id.in_(coachees))
    for each in tx.scalars(planned):
        plans[each.coachee_id][each.code] = each.number
    covered = _covered(tx, condition)
    defaults = default_courses(tx, {one.cycle_id for one in last.values()})
    suggestion = cache(partial(suggested_plan, known))  # the same for nearly all pairs

    def syllabus(session: SessionRow) -> Syllabus:
        coachee_id, row = session.coachee_id, rows.get(session.coachee_id)
        course = defaults.get(session.cycle_id, Course.BASIC) if row is None else row.course
        plan: Plan = plans[coachee_id]
        if row is None:
            plan = suggestion(course, counts[coachee_id])
        return Syllabus(
            coachee_id=coachee_id,
            coach_id=session.coach_id,
            sessions=counts[coachee_id],
            minutes=round((session.ends_at - session.starts_at).total_seconds() / 60),
            course=course,
            plan={one.code: plan[one.code] for one in known if one.code in plan},
            covered=covered[coachee_id],
            by_coach=row is not None and row.by_coach,
            version=0 if row is None else row.version,
        )

    return tuple(map(syllabus, last.values()))


def _covered(
    tx: Transaction, condition: ColumnElement[bool]
) -> Mapping[str, Mapping[str, tuple[int, ...]]]:
    """Return the numbers of the sessions covering each module, keyed by coachee and module code."""
    found: dict[str, dict[str, tuple[int, ...]]] = defaultdict(dict)
    rows = tx.execute(
        select(SessionRow.coachee_id, SessionRow.number, CoveredModuleRow.code)
        .join(CoveredModuleRow, CoveredModuleRow.session_id == SessionRow.id)
        .where(condition)
        .order_by(SessionRow.number)
    )
    for coachee_id, number, code in rows:
        found[coachee_id][code] = (*found[coachee_id].get(code, ()), number)
    return found


def default_courses(tx: Transaction, cycle_ids: Collection[str]) -> Mapping[str, Course]:
    """Return the courses chosen by the office, keyed by cycle id; unset courses are omitted."""
    chosen = select(CycleCourseRow).where(CycleCourseRow.cycle_id.in_(cycle_ids))
    return {row.cycle_id: row.course for row in tx.scalars(chosen)}


def store_plan(
    tx: Transaction,
    syllabus: Syllabus,
    course: Course,
    plan: Plan,
    *,
    by_coach: bool,
    now: datetime,
) -> None:
    """Store a plan, replacing any earlier plan."""
    row = tx.get(SyllabusRow, syllabus.coachee_id)
    if row is None:
        row = SyllabusRow(coachee_id=syllabus.coachee_id, version=0)
        tx.add(row)
    row.course, row.by_coach, row.changed_at = course, by_coach, now
    row.version = syllabus.version + 1
    tx.flush()
    tx.execute(delete(PlannedModuleRow).where(PlannedModuleRow.coachee_id == syllabus.coachee_id))
    if plan:
        tx.execute(
            insert(PlannedModuleRow),
            [
                {"coachee_id": syllabus.coachee_id, "code": code, "number": number}
                for code, number in plan.items()
            ],
        )


def keep_plans(tx: Transaction, *, now: datetime) -> None:
    """Store the suggested plans of pairs with sessions, before the curriculum changes.

    Otherwise, the change would alter the agendas that these pairs have already seen.
    """
    stored = select(SyllabusRow.coachee_id)
    erased = select(PersonRow.id).where(PersonRow.erased_at.is_not(None))
    waiting = SessionRow.coachee_id.not_in(stored) & SessionRow.coachee_id.not_in(erased)
    for syllabus in syllabi(tx, waiting):
        store_plan(tx, syllabus, syllabus.course, syllabus.plan, by_coach=False, now=now)


def is_planned(tx: Transaction, code: str) -> bool:
    """Return whether any pair has planned a module."""
    found = select(PlannedModuleRow.code).where(PlannedModuleRow.code == code)
    return tx.scalar(found.limit(1)) is not None
