"""The contents of the pages for choosing another time: a session, free times, and proposals."""

from __future__ import annotations

from datetime import timedelta

from pydantic import AwareDatetime
from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.cycles.service import CycleHeader, cycle_header, cycle_row, policy_of
from api.http.principal import Principal
from api.invitations.delivery_status import CycleMail, cycle_mail
from api.rescheduling.office import DetailsInput
from api.rescheduling.proposals import Proposal, cutoff_hours, proposals_of
from api.rescheduling.rows import MoveExceptionRow
from api.rescheduling.slots import NewTime, slots_of
from api.services import Services
from api.sessions.rows import SessionRow, SessionState
from api.sessions.schedule import own_session, session_details
from api.sessions.session_details import SessionDetails
from api.values import FrozenModel


class SessionTimes(FrozenModel):
    """A session with the times to which it can be moved, and the proposals to move it.

    Attributes:
        can_move: whether the session is upcoming and confirmed; if not, there are no slots.
        length: the length of the session after a move.
        cutoff_hours: the cut-off for moves by the participants, in hours before the session.
        office_decides: whether it is too late for the participants to move the session themselves.
    """

    session: SessionDetails
    can_move: bool
    length: timedelta
    slots: tuple[NewTime, ...]
    proposals: tuple[Proposal, ...]
    cutoff_hours: int
    office_decides: bool


class MoveException(FrozenModel):
    """A time outside the rules that the programme office has allowed, with the reason."""

    start: AwareDatetime
    reason: str


class OfficeSessionTimes(FrozenModel):
    """A session with free times and proposals, as shown to the programme office.

    Attributes:
        times: the session with its free times and proposals.
        details: the mode, place, link and topic of the session.
        exceptions: the times outside the rules that the office has allowed, newest first.
        cycle: the cycle.
        mail: the pending messages of the cycle.
    """

    times: SessionTimes
    details: DetailsInput
    exceptions: tuple[MoveException, ...]
    cycle: CycleHeader
    mail: CycleMail


def read_session_times(services: Services, principal: Principal, session_id: str) -> SessionTimes:
    """Return a session with its free times and proposals, as shown to the principal.

    Raises:
        NotFoundError: there is no such session, or `principal` may not see it.
    """
    with services.database.reading() as tx:
        return session_times(tx, services, principal, session_id)


def read_office_session_times(
    services: Services, principal: Principal, session_id: str
) -> OfficeSessionTimes:
    """Return a session with its free times and proposals, as shown to the programme office.

    Raises:
        NotFoundError: there is no such session.
    """
    with services.database.reading() as tx:
        times = session_times(tx, services, principal, session_id)
        row = tx.get_one(SessionRow, session_id)
        return OfficeSessionTimes(
            times=times,
            details=DetailsInput(
                mode=row.mode, place=row.place, join_link=row.join_link, topic=row.topic
            ),
            exceptions=_exceptions(tx, session_id),
            cycle=cycle_header(tx, times.session.cycle_id),
            mail=cycle_mail(tx, services, times.session.cycle_id),
        )


def session_times(
    tx: Transaction, services: Services, principal: Principal, session_id: str
) -> SessionTimes:
    """Return a session with its free times and proposals; see `read_session_times`."""
    row, now = own_session(tx, principal, session_id), services.now()
    can_move = row.state is SessionState.CONFIRMED and row.starts_at > now
    hours = cutoff_hours(tx, row)
    office = principal.is_manager
    return SessionTimes(
        session=session_details(tx, principal, session_id),
        can_move=can_move,
        length=_length(tx, row),
        slots=slots_of(tx, row, now=now, by_office=office) if can_move else (),
        proposals=proposals_of(tx, row, reader=principal.person_id, now=now),
        cutoff_hours=hours,
        office_decides=row.starts_at - timedelta(hours=hours) < now,
    )


def _exceptions(tx: Transaction, session_id: str) -> tuple[MoveException, ...]:
    rows = tx.scalars(
        select(MoveExceptionRow)
        .where(MoveExceptionRow.session_id == session_id)
        .order_by(MoveExceptionRow.allowed_at.desc(), MoveExceptionRow.id)
    )
    return tuple(MoveException(start=row.starts_at, reason=row.reason) for row in rows)


def _length(tx: Transaction, row: SessionRow) -> timedelta:
    return timedelta(minutes=policy_of(cycle_row(tx, row.cycle_id)).sessions.minutes_of(row.number))
