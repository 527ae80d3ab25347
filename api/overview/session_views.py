"""The published sessions of a cycle, combined with the status of their mail."""

from __future__ import annotations

from api.cycles.service import CycleHeader, cycle_header
from api.invitations.delivery_status import CycleMail, cycle_mail
from api.services import Services
from api.sessions import schedule
from api.sessions.session_details import SessionDetails
from api.values import FrozenModel


class CycleSessions(FrozenModel):
    """The published sessions of a cycle in chronological order, and the status of its mail."""

    cycle: CycleHeader
    sessions: tuple[SessionDetails, ...]
    mail: CycleMail


def cycle_sessions(services: Services, cycle_id: str) -> CycleSessions:
    """Return a cycle's published sessions, including cancelled ones, and the status of its mail.

    Raises:
        NotFoundError: there is no such cycle.
    """
    with services.database.reading() as tx:
        return CycleSessions(
            cycle=cycle_header(tx, cycle_id),
            sessions=schedule.cycle_schedule(tx, cycle_id),
            mail=cycle_mail(tx, services, cycle_id),
        )
