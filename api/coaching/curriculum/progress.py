"""Use cases for the office: the course of a cycle, and the progress of its pairs."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.coaching.curriculum.rows import CycleCourseRow, SyllabusRow
from api.coaching.curriculum.syllabi import default_courses, syllabi
from api.cycles.service import CycleHeader, cycle_header
from api.participants.rows import PersonRow
from api.services import Services
from api.sessions.rows import SessionRow
from api.values import FrozenModel
from coach.curriculum import Course
from coach.folding import folded


class CourseInput(FrozenModel):
    """The course of a cycle."""

    course: Course


class PairProgress(FrozenModel):
    """The numbers of modules that a pair has planned for its sessions and covered so far."""

    coachee: str
    coach: str
    course: Course
    by_coach: bool
    sessions: int
    planned: int
    covered: int


@dataclass(frozen=True, slots=True)
class CycleProgress:
    """The course of a cycle, and the progress of its pairs, sorted by coachee name."""

    cycle: CycleHeader
    course: Course
    pairs: tuple[PairProgress, ...]


def read_progress(services: Services, cycle_id: str) -> CycleProgress:
    """Return the course of a cycle, and the progress of its pairs.

    Raises:
        NotFoundError: there is no such cycle.
    """
    with services.database.reading() as tx:
        return _progress(tx, cycle_id)


def choose_course(services: Services, cycle_id: str, wanted: CourseInput) -> CycleProgress:
    """Set the course of a cycle. Pairs whose coach has changed the plan keep their course.

    Raises:
        NotFoundError: there is no such cycle.
    """
    with services.database.writing() as tx:
        cycle_header(tx, cycle_id)
        row = tx.get(CycleCourseRow, cycle_id) or CycleCourseRow(cycle_id=cycle_id)
        row.course = wanted.course
        tx.add(row)
        people = select(PersonRow.id).where(PersonRow.cycle_id == cycle_id)
        tx.execute(
            delete(SyllabusRow).where(
                SyllabusRow.coachee_id.in_(people), SyllabusRow.by_coach.is_(False)
            )
        )
        record_event(tx, "course chosen", "cycle", cycle_id)
        return _progress(tx, cycle_id)


def _progress(tx: Transaction, cycle_id: str) -> CycleProgress:
    cycle = cycle_header(tx, cycle_id)
    found = syllabi(tx, SessionRow.cycle_id == cycle_id)
    people = select(PersonRow.id, PersonRow.name).where(PersonRow.cycle_id == cycle_id)
    names = dict(tx.execute(people).all())
    pairs = [
        PairProgress(
            coachee=names[one.coachee_id],
            coach=names[one.coach_id],
            course=one.course,
            by_coach=one.by_coach,
            sessions=one.sessions,
            planned=len(one.plan),
            covered=len(one.covered),
        )
        for one in found
    ]
    return CycleProgress(
        cycle=cycle,
        course=default_courses(tx, [cycle_id]).get(cycle_id, Course.BASIC),
        pairs=tuple(sorted(pairs, key=lambda pair: folded(pair.coachee))),
    )
