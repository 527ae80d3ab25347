"""The sessions of published plans, and the principals of their participants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.http.principal import AccessRole, Principal
from api.participants.rows import Side
from api.sessions import schedule

if TYPE_CHECKING:
    from conftest import World

    from api.sessions.session_details import SessionDetails


def published_sessions(world: World, cycle_id: str) -> tuple[SessionDetails, ...]:
    """Return a cycle's sessions in chronological order, as shown to the programme office."""
    with world.database.reading() as tx:
        return schedule.cycle_schedule(tx, cycle_id)


def principal_of(session: SessionDetails, side: Side) -> Principal:
    """Return the principal of a session's coach or coachee."""
    person = session.coach if side is Side.COACH else session.coachee
    return Principal(AccessRole(side.value), person_id=person.id, cycle_id=session.cycle_id)
