"""Closes proposals that were not decided in time, and notifies their authors."""

from __future__ import annotations

from sqlalchemy import select

from api.audit_trail.log import record_event
from api.participants.rows import PersonRow
from api.rescheduling.notices import send_closed
from api.rescheduling.proposals import current_state
from api.rescheduling.rows import ProposalRow, ProposalState
from api.services import Services
from api.sessions.rows import SessionRow


def close_expired_proposals(services: Services) -> int:
    """Close expired proposals, notify their authors, and return how many were closed.

    An author is not notified if they have left, or if the session now takes place at the proposed
    time.
    """
    now = services.now()
    with services.database.writing() as tx:
        query = (
            select(ProposalRow, SessionRow, PersonRow.left_at)
            .join(SessionRow, SessionRow.id == ProposalRow.session_id)
            .join(PersonRow, PersonRow.id == ProposalRow.person_id)
            .where(ProposalRow.state == ProposalState.PROPOSED)
            .order_by(ProposalRow.created_at, ProposalRow.id)
        )
        expired = [
            found
            for found in tx.execute(query).all()
            if current_state(found[0], found[1], now=now) is ProposalState.EXPIRED
        ]
        for row, session, left_at in expired:
            row.state, row.decided_at = ProposalState.EXPIRED, now
            if left_at is None and session.starts_at != row.starts_at:
                send_closed(tx, services, row, session, [row.person_id], now=now)
            record_event(tx, "proposal expired", "session", session.id)
        return len(expired)
