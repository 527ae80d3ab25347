"""Tables for modules, courses, and the plans of pairs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from api.database.types import EnumString, TableRow
from coach.curriculum import Course
from coach.module_codes import MAX_CODE


class ModuleRow(TableRow):
    """The stored form of a module that the office has added or changed in any way.

    The module replaces the built-in module with the same code, if there is one.

    Attributes:
        content: the `coach.curriculum.Module`.
        retired_at: when the module was retired; `None` if it is in use.
        version: the number of changes.
    """

    __tablename__ = "curriculum_modules"

    code: Mapped[str] = mapped_column(String(MAX_CODE), primary_key=True)
    content: Mapped[dict[str, Any]]
    retired_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=0, server_default="0")


class CycleCourseRow(TableRow):
    """The course that pairs in a cycle take unless their coach has chosen the other course."""

    __tablename__ = "cycle_courses"

    cycle_id: Mapped[str] = mapped_column(
        ForeignKey("cycles.id", ondelete="CASCADE"), primary_key=True
    )
    course: Mapped[Course] = mapped_column(EnumString(Course))


class SyllabusRow(TableRow):
    """The plan of a coachee and their coach. Without a row, the suggestion for the course applies.

    The plan belongs to the coachee, so it remains if another coach takes over.

    Attributes:
        by_coach: whether a coach has changed the plan; otherwise, it is a suggestion that was
            stored before the office changed the curriculum.
        version: the number of changes.
    """

    __tablename__ = "syllabi"

    coachee_id: Mapped[str] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    course: Mapped[Course] = mapped_column(EnumString(Course))
    by_coach: Mapped[bool]
    version: Mapped[int]
    changed_at: Mapped[datetime]


class PlannedModuleRow(TableRow):
    """A module that is planned for a coachee's session with the given number."""

    __tablename__ = "planned_modules"

    coachee_id: Mapped[str] = mapped_column(
        ForeignKey("syllabi.coachee_id", ondelete="CASCADE"), primary_key=True
    )
    code: Mapped[str] = mapped_column(String(MAX_CODE), primary_key=True)
    number: Mapped[int]


class CoveredModuleRow(TableRow):
    """A module that was covered in a session, according to its shared record."""

    __tablename__ = "covered_modules"

    session_id: Mapped[str] = mapped_column(
        ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True
    )
    code: Mapped[str] = mapped_column(String(MAX_CODE), primary_key=True)


TABLES: tuple[type[TableRow], ...] = (
    ModuleRow,
    CycleCourseRow,
    SyllabusRow,
    PlannedModuleRow,
    CoveredModuleRow,
)
"""The tables of the curriculum."""
