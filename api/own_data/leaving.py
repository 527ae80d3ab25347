"""Leaving a cycle: the person's own decision, which later lists do not reverse."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator
from sqlalchemy import or_, select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.coaching.agreements.store import close_of_person
from api.http.principal import Principal
from api.participants.service import person_row
from api.participants.withdrawn import withdraw
from api.personal_links.verified_devices import end_devices
from api.services import Services
from api.sessions.replies import ReplyInput, store_reply
from api.sessions.rows import SessionRow, SessionState
from api.values import FrozenModel
from coach.sessions import Reply


def _from_form(value: object) -> object:
    return True if value == "true" else value


class LeaveInput(FrozenModel):
    """An explicit decision to leave, so that nobody leaves a cycle by accident."""

    leave: Annotated[Literal[True], BeforeValidator(_from_form)]


def leave_cycle(services: Services, principal: Principal) -> None:
    """Remove the requesting person from their cycle.

    Their upcoming sessions are declined, their agreements are closed, their link and devices stop
    working, and later runs and lists leave them out.
    """
    with services.database.writing() as tx:
        row, now = person_row(tx, principal.person_id or ""), services.now()
        declined = ReplyInput(reply=Reply.DECLINED)
        for session in _coming_sessions(tx, row.id, services):
            store_reply(tx, services, principal, session, declined, now=now)
        withdraw(row, now=now)
        end_devices(tx, row.id, now=now)
        close_of_person(tx, row.id, now=now)
        record_event(tx, "person left", "person", row.id)
        services.people_changed(tx, services, row.cycle_id)


def _coming_sessions(tx: Transaction, person_id: str, services: Services) -> list[SessionRow]:
    query = select(SessionRow).where(
        or_(SessionRow.coachee_id == person_id, SessionRow.coach_id == person_id),
        SessionRow.state == SessionState.CONFIRMED,
        SessionRow.ends_at > services.now(),
    )
    return list(tx.scalars(query.order_by(SessionRow.starts_at)))
