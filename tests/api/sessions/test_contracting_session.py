"""The contracting session is called by this name everywhere, never session 0."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import httpx
import pytest
from sqlalchemy import select

from api.http.principal import AccessRole, Principal
from api.mail.rows import MailKind, MailRow, MailState
from api.own_data.leaving import leave_cycle
from api.rescheduling.rows import ProposalRow, ProposalSource
from api.sessions.rows import SessionRow
from tests.api.coaching.callers import PublishedCycle, published_cycle

if TYPE_CHECKING:
    from conftest import World


@pytest.fixture
def contracting(world: World, client: httpx.Client) -> PublishedCycle:
    """Return a cycle in which C-1 begins with a contracting session.

    Another time is proposed for it, and two emails about it could not be delivered.
    """
    cycle = published_cycle(world, client)
    now, coachee = world.services.now(), world.person_id(cycle.id, "C-1")
    with world.database.writing() as tx:
        session = tx.scalars(
            select(SessionRow)
            .where(SessionRow.coachee_id == coachee)
            .order_by(SessionRow.starts_at)
        ).first()
        assert session is not None
        session.number = 0
        about = {"cycle_id": cycle.id, "session_id": session.id, "person_id": coachee}
        tx.add(
            ProposalRow(
                session_id=session.id,
                person_id=coachee,
                starts_at=session.starts_at + timedelta(hours=1),
                source=ProposalSource.PAGE,
                sequence=session.sequence,
                created_at=now,
            )
        )
        for kind in (MailKind.REPLY_REMINDER, MailKind.SESSION_REMINDER):
            failed = {"state": MailState.FAILED, "created_at": now, "ended_at": now}
            tx.add(MailRow(kind=kind, problem="no such mailbox", **failed, **about))
    return cycle


def test_the_office_reads_contracting_session(
    world: World, office: httpx.Client, contracting: PublishedCycle
) -> None:
    page = f"/cycles/{contracting.id}"
    seen = {
        "proposal": office.get(f"{page}/sessions").text,
        "messages": office.get(f"{page}/messages").text,
    }
    coachee = world.person_id(contracting.id, "C-1")
    leave_cycle(world.services, Principal(AccessRole.COACHEE, person_id=coachee))
    seen["re-match"] = office.get(f"{page}/rematch").text
    assert "Reminder about the contracting session" in seen["messages"]
    for place, text in seen.items():
        assert "ontracting session" in text, place
        assert "ession 0" not in text, place
