"""The part of the report about a coachee that covers the modules planned with them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.coaching.curriculum.rows import PlannedModuleRow, SyllabusRow
from api.values import FrozenModel
from coach.curriculum import Course


class ReportedPlan(FrozenModel):
    """The course, and the number of the session planned for each module, keyed by module code."""

    course: Course
    planned: dict[str, int]


def plan_of(tx: Transaction, person_id: str) -> ReportedPlan | None:
    """Return the plan stored for a coachee.

    Returns `None` for coaches, and for coachees who follow the suggestion for their course.
    """
    row = tx.get(SyllabusRow, person_id)
    if row is None:
        return None
    modules = select(PlannedModuleRow).where(PlannedModuleRow.coachee_id == person_id)
    planned = {each.code: each.number for each in tx.scalars(modules)}
    return ReportedPlan(course=row.course, planned=planned)
