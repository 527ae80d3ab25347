"""Records who attended a group event on one of its dates."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from sqlalchemy import select

from api.audit_trail.log import record_event
from api.group_events import facts
from api.group_events.changes import require_version
from api.group_events.reading import event_row, event_view, has_started
from api.group_events.views import GroupEvent
from api.participants.group_rows import GroupEventDateRow, GroupInvitationRow
from api.services import Services
from api.values import FrozenModel, Identifier
from coach.errors import ConflictError

_MAX_PEOPLE = 2_000


class PersonAttendance(FrozenModel):
    """A person's attendance; `attended` is `None` if the attendance is not known."""

    person_id: Identifier
    attended: bool | None


class AttendanceInput(FrozenModel):
    """Attendance on one date of a group event. People not listed keep their status."""

    date_id: Identifier
    people: Annotated[tuple[PersonAttendance, ...], Field(max_length=_MAX_PEOPLE)]


def record_attendance(
    services: Services,
    cycle_id: str,
    event_id: str,
    given: AttendanceInput,
    *,
    version: int | None,
) -> GroupEvent:
    """Record the attendance. `version` is the version that was seen; `None` disables the check.

    Raises:
        NotFoundError: there is no such event in this cycle.
        ChangedSinceError: the event has another version; nothing was recorded.
        ConflictError: the event has no such date, has not begun on this date, or was cancelled
            before it began; or somebody was not invited.
    """
    now = services.now()
    with services.database.writing() as tx:
        event = event_row(tx, cycle_id, event_id)
        date = tx.get(GroupEventDateRow, given.date_id)
        if date is None or date.event_id != event.id or date.removed_at is not None:
            raise ConflictError(facts.NO_SUCH_DATE())
        require_version(tx, event, version, None, now)
        if not has_started(event, date, now):
            raise ConflictError(facts.CANCELLED() if event.cancelled_at else facts.NOT_BEGUN())
        rows = {
            row.person_id: row
            for row in tx.scalars(
                select(GroupInvitationRow).where(GroupInvitationRow.date_id == date.id)
            )
        }
        for one in given.people:
            if one.person_id not in rows:
                raise ConflictError(facts.NOT_INVITED())
            row = rows[one.person_id]
            if row.attended is not one.attended:
                row.attended, row.recorded_at = one.attended, now
        event.version += 1
        record_event(
            tx,
            "group event attendance recorded",
            "group event",
            event.id,
            version=event.version,
            people=len(given.people),
        )
        return event_view(tx, event, now=now)
