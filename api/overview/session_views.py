"""Sessions with what other subjects know of them: mail, reports."""

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
    """The published sessions of a cycle in order of time, and the status of its mail."""

    cycle: CycleHeader
    sessions: tuple[SessionDetails, ...]
    mail: CycleMail


class SessionWithReports(FrozenModel):
    """One session, its cycle, and its reports as far as the reader may see them."""

    cycle: CycleHeader
    session: SessionDetails
    reports: SessionReports


def cycle_sessions(services: Services, cycle_id: str) -> CycleSessions:
    """The published sessions of a cycle, cancelled ones included, and the status of its mail.

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
    """One session with its reports, to a manager or to one of its two people.

    Raises:
        NotFoundError: there is no such session, or `principal` takes no part in it.
    """
    with services.database.reading() as tx:
        session = schedule.session_details(tx, principal, session_id)
        return SessionWithReports(
            cycle=cycle_header(tx, session.cycle_id),
            session=session,
            reports=find_reports(tx, services.keyring, principal, session_id),
        )
