"""The open actions from a pair's earlier sessions, shown next to a session's form."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from api.services import Services
from api.sessions.rows import SessionActionRow, SessionRow
from api.sessions.session_details import SessionDetails
from coach.feedback import Action
from coach.sessions import ActionState


@dataclass(frozen=True, slots=True)
class OpenAction:
    """An open action, and the session in which it was agreed on."""

    session_id: str
    action: Action


def read_open_actions(services: Services, session: SessionDetails) -> tuple[OpenAction, ...]:
    """Return the open actions that a session's pair agreed on in earlier sessions.

    Actions that the coachee agreed on with another coach are omitted.
    """
    query = (
        select(SessionActionRow)
        .join(SessionRow, SessionRow.id == SessionActionRow.session_id)
        .where(
            SessionRow.coachee_id == session.coachee.id,
            SessionRow.coach_id == session.coach.id,
            SessionRow.number < session.number,
            SessionActionRow.state == ActionState.OPEN,
        )
        .order_by(SessionRow.number, SessionActionRow.position)
    )
    with services.database.reading() as tx:
        return tuple(
            OpenAction(
                row.session_id,
                Action(text=row.text, owner=row.owner, due=row.due, state=row.state),
            )
            for row in tx.scalars(query)
        )
