"""The sessions of published plans, and their people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.http.principal import AccessRole, Principal
from api.participants.rows import Side
from api.sessions import schedule

if TYPE_CHECKING:
    from conftest import World

    from api.sessions.session_details import SessionDetails


def published_sessions(world: World, cycle_id: str) -> tuple[SessionDetails, ...]:
    """The sessions of a cycle in order of time, as the programme office sees them."""
    with world.database.reading() as tx:
        return schedule.cycle_schedule(tx, cycle_id)


def principal_of(session: SessionDetails, side: Side) -> Principal:
    """The coach or coachee of a session."""
    person = session.coach if side is Side.COACH else session.coachee
    return Principal(AccessRole(side.value), person_id=person.id, cycle_id=session.cycle_id)
