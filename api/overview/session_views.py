"""A cycle's published sessions, combined with the delivery status of its emails."""

from __future__ import annotations

from api.cycles.service import CycleHeader, cycle_header
from api.invitations.delivery_status import CycleMail, cycle_mail
from api.rescheduling.open_proposals import OpenProposal, open_proposals
from api.services import Services
from api.sessions import schedule
from api.sessions.session_details import SessionDetails
from api.values import FrozenModel


class CycleSessions(FrozenModel):
    """A cycle's published sessions, in chronological order, and its emails' delivery status."""

    cycle: CycleHeader
    sessions: tuple[SessionDetails, ...]
    mail: CycleMail
    proposals: tuple[OpenProposal, ...]


def cycle_sessions(services: Services, cycle_id: str) -> CycleSessions:
    """Return a cycle's published sessions and the delivery status of its emails.

    Cancelled sessions are included.

    Raises:
        NotFoundError: there is no such cycle.
    """
    with services.database.reading() as tx:
        return CycleSessions(
            cycle=cycle_header(tx, cycle_id),
            sessions=schedule.cycle_schedule(tx, cycle_id),
            mail=cycle_mail(tx, services, cycle_id),
            proposals=open_proposals(tx, cycle_id, now=services.now()),
        )
