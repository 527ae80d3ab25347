"""Sessions combined with their reports and the status of their mail."""

from __future__ import annotations

from api.cycles.service import CycleHeader, cycle_header
from api.http.principal import Principal
from api.invitations.delivery_status import CycleMail, cycle_mail
from api.services import Services
from api.session_reports.service import SessionReports, find_reports
from api.sessions import schedule
from api.sessions.session_details import SessionDetails
from api.values import FrozenModel


class CycleSessions(FrozenModel):
    """The published sessions of a cycle in chronological order, and the status of its mail."""

    cycle: CycleHeader
    sessions: tuple[SessionDetails, ...]
    mail: CycleMail


class SessionWithReports(FrozenModel):
    """One session, its cycle, and the reports on it that the reader may see."""

    cycle: CycleHeader
    session: SessionDetails
    reports: SessionReports


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


def session_with_reports(
    services: Services, principal: Principal, session_id: str
) -> SessionWithReports:
    """Return one session with its reports, for a manager or for one of its two participants.

    Raises:
        NotFoundError: there is no such session, or `principal` may not see it.
    """
    with services.database.reading() as tx:
        session = schedule.session_details(tx, principal, session_id)
        return SessionWithReports(
            cycle=cycle_header(tx, session.cycle_id),
            session=session,
            reports=find_reports(tx, services.keyring, principal, session_id),
        )
