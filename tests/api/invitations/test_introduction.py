"""The introduction: one email about all sessions, sent before the invitations."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from api.invitations.files import export_pending
from api.invitations.publish import publish_plan
from api.mail.rows import MailKind, MailRow, MailState
from tests.api.sending_office import MOMENT, SendingOffice

if TYPE_CHECKING:
    from email.message import EmailMessage

    from conftest import World

    from api.services import Services
    from tests.mail_server import MailServer

PAIRS = {"C-1": "K-1", "C-2": "K-2"}


@pytest.fixture
def office(world: World, server: MailServer) -> SendingOffice:
    """Return a deployment that sends email, with a published plan and pending introductions."""
    jobs: list[object] = []
    services = replace(
        world.services,
        settings=world.services.settings.model_copy(update={"mail": server.settings}),
        enqueue=lambda _tx, job: jobs.append(job),
        now=lambda: MOMENT,
    )
    cycle_id = world.cycle()
    publish_plan(services, world.plan(cycle_id, world.result(PAIRS)))
    return SendingOffice(world, services, server, cycle_id, jobs)  # type: ignore[arg-type]


def _introductions(services: Services) -> list[MailRow]:
    with services.database.reading() as tx:
        rows = tx.scalars(select(MailRow).where(MailRow.kind == MailKind.INTRODUCTION)).all()
        tx.expunge_all()
    return list(rows)


def _to(office: SendingOffice, address: str) -> list[EmailMessage]:
    return [one.mail for one in office.server.taken if one.recipient == address]


def _plain(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_each_person_is_introduced_once_to_all_their_sessions(
    office: SendingOffice, world: World
) -> None:
    assert len(_introductions(office.services)) == 4
    again = publish_plan(office.services, world.plan(office.cycle_id, world.result({"C-1": "K-2"})))
    assert again.introductions == 0
    assert len(_introductions(office.services)) == 4


def test_introduction_arrives_first_and_names_dates_links_and_nobody(
    office: SendingOffice,
) -> None:
    office.release_messages()
    for job in office.jobs:  # each queues the next one
        office.send(job)
    first, *others = _to(office, "c1@example.org")
    assert str(first["Subject"]) == "Your 2 coaching sessions from Wed 27 Jan 2027"
    plain = _plain(first)
    for needed in ("Coaching session 1 of 2", "Coaching session 2 of 2", "Wednesday 27 January"):
        assert needed in plain
    assert "/calendar/all.ics" in plain
    assert "/consent" in plain
    assert "Coach 1" not in plain
    assert [str(mail["Subject"])[:16] for mail in others] == ["Coaching session"] * 2
    assert first["Auto-Submitted"] == "auto-generated"


def test_invitations_wait_until_the_introduction_was_accepted_or_refused(
    office: SendingOffice,
) -> None:
    office.server.to_message["c1@example.org"] = ["451 Not now"]
    office.release_messages()
    for job in office.jobs:
        if not job.delay:
            office.send(job)
    assert _to(office, "c1@example.org") == []
    assert len(_to(office, "c2@example.org")) == 3
    for job in office.jobs:
        office.send(job)
    subjects = [str(mail["Subject"])[:4] for mail in _to(office, "c1@example.org")]
    assert subjects == ["Your", "Coac", "Coac"]


def test_exported_introduction_comes_before_the_invitations_of_its_person(
    office: SendingOffice,
) -> None:
    names = [name.partition("-")[2] for name, _ in export_pending(office.services, office.cycle_id)]
    per_person = ["introduction.eml", "invitation-session-1.eml", "invitation-session-2.eml"]
    assert names == per_person * 4


def test_person_without_coming_sessions_gets_no_introduction(
    office: SendingOffice, world: World
) -> None:
    publish_plan(office.services, world.plan(office.cycle_id, world.result({"C-2": "K-2"})))
    office.release_messages()
    office.send(*office.queue_all())
    states = {one.person_id: one.state for one in _introductions(office.services)}
    assert states[world.person_id(office.cycle_id, "C-1")] is MailState.CANCELLED
    assert states[world.person_id(office.cycle_id, "C-2")] is MailState.SENT
