"""The programme office's tasks: on the first page, in the API and in the digest."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from api.cycles.rows import CycleRow
from api.http.urls import API
from api.mail.rows import MailRow, MailState
from api.overview.digest import every_morning, send_digest
from api.overview.to_do import ToDoKind, read_to_do, to_do_url
from api.participants.rows import PersonRow
from api.sessions.rows import RecordRow, ReplyRow, SessionRow
from coach.sessions import Attendance, Reply

if TYPE_CHECKING:
    import httpx
    from conftest import World

    from api.services import Services
    from tests.mail_server import MailServer

FIRST = datetime(2027, 1, 27, 8, 0, tzinfo=UTC)


@pytest.fixture
def cycle(world: World) -> str:
    """Return the id of a cycle with two sessions of a pair, whose invitations have been sent."""
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1"}))
    with world.database.writing() as tx:
        tx.execute(update(MailRow).values(state=MailState.SENT))
    return cycle_id


def counts(services: Services, now: datetime) -> dict[ToDoKind, int]:
    items = read_to_do(replace(services, now=lambda: now))
    return {item.kind: item.count for item in items}


def session_of(world: World) -> SessionRow:
    """Return the earliest session."""
    with world.database.reading() as tx:
        row = tx.scalars(select(SessionRow).order_by(SessionRow.starts_at).limit(1)).one()
        tx.expunge(row)
        return row


def replied(world: World, person: str, reply: Reply) -> None:
    session = session_of(world)
    person_id = session.coachee_id if person == "coachee" else session.coach_id
    with world.database.writing() as tx:
        tx.add(
            ReplyRow(
                session_id=session.id,
                person_id=person_id,
                reply=reply,
                comment="",
                sequence=session.sequence,
                replied_at=FIRST,
            )
        )


def test_sessions_without_a_reply_are_listed_two_weeks_before(world: World, cycle: str) -> None:
    del cycle
    long_before = counts(world.services, FIRST - timedelta(days=30))
    assert long_before == {ToDoKind.MISSING_CONSENT: 2}
    before = FIRST - timedelta(days=10)
    assert counts(world.services, before)[ToDoKind.UNANSWERED] == 1
    replied(world, "coachee", Reply.ACCEPTED)
    assert counts(world.services, before)[ToDoKind.UNANSWERED] == 1, "the coach has not replied"
    replied(world, "coach", Reply.ACCEPTED)
    assert ToDoKind.UNANSWERED not in counts(world.services, before)


def test_declined_sessions_are_listed_until_they_get_another_time(world: World, cycle: str) -> None:
    del cycle
    replied(world, "coach", Reply.DECLINED)
    before = FIRST - timedelta(days=30)
    assert counts(world.services, before)[ToDoKind.DECLINED] == 1
    with world.database.writing() as tx:
        row = tx.get_one(SessionRow, session_of(world).id)
        row.sequence = row.asked_sequence = 1
    assert ToDoKind.DECLINED not in counts(world.services, before)


def test_sessions_that_cannot_take_place_any_more_are_listed(world: World, cycle: str) -> None:
    assert ToDoKind.OBSTRUCTED not in counts(world.services, FIRST - timedelta(days=14))
    with world.database.writing() as tx:
        row = tx.get_one(PersonRow, session_of(world).coachee_id)
        day = session_of(world).starts_at.date().isoformat()
        row.profile = row.profile | {"unavailable": [{"first": day, "last": day}]}
    before = session_of(world).starts_at - timedelta(days=1)
    assert counts(world.services, before)[ToDoKind.OBSTRUCTED] == 1
    page = to_do_url(read_to_do(replace(world.services, now=lambda: before))[0])
    assert page == f"/cycles/{cycle}/rematch"
    assert ToDoKind.OBSTRUCTED not in counts(world.services, before + timedelta(days=3))


def test_session_on_a_day_that_became_a_holiday_cannot_take_place(world: World, cycle: str) -> None:
    holiday = datetime(2027, 2, 15, 8, 0, tzinfo=UTC)  # Statehood Day in Serbia

    def keep_free(*, public_holidays: bool) -> None:
        with world.database.writing() as tx:
            row = tx.get_one(CycleRow, cycle)
            calendar = row.policy["calendar"] | {"public_holidays": public_holidays}
            row.policy = row.policy | {"calendar": calendar}

    with world.database.writing() as tx:
        session = tx.get_one(SessionRow, session_of(world).id)
        session.starts_at, session.ends_at = holiday, holiday + timedelta(hours=1)
    keep_free(public_holidays=False)
    assert ToDoKind.OBSTRUCTED not in counts(world.services, holiday - timedelta(days=1))
    keep_free(public_holidays=True)
    assert counts(world.services, holiday - timedelta(days=1))[ToDoKind.OBSTRUCTED] == 1


def test_missing_note_and_then_missing_feedback_are_listed_two_days_after(
    world: World, cycle: str
) -> None:
    del cycle
    after = FIRST + timedelta(days=2, hours=2)
    assert ToDoKind.MISSING_NOTE not in counts(world.services, FIRST + timedelta(days=1))
    assert counts(world.services, after)[ToDoKind.MISSING_NOTE] == 1
    session = session_of(world)
    with world.database.writing() as tx:
        tx.add(
            RecordRow(
                session_id=session.id,
                author_id=session.coach_id,
                session_date=FIRST.date(),
                attendance=Attendance.HELD,
                submitted_at=after,
            )
        )
    found = counts(world.services, after)
    assert ToDoKind.MISSING_NOTE not in found
    assert found[ToDoKind.MISSING_FEEDBACK] == 1


def test_first_page_links_each_line_and_the_api_lists_the_same(
    world: World, cycle: str, office: httpx.Client
) -> None:
    with world.database.writing() as tx:
        states = [MailState.FAILED, MailState.DRAFT, MailState.DRAFT, MailState.SENT]
        for mail, state in zip(tx.scalars(select(MailRow)), states, strict=False):
            mail.state = state
    page = office.get("/").text
    assert f'<a href="/cycles/{cycle}/messages"><svg class="icon"' in page
    assert "</svg>1 email could not be delivered</a>" in page
    assert "2 messages are waiting to be sent" in page
    listed = office.get(f"{API}/to-do").json()
    found = {item["kind"]: item["count"] for item in listed}
    assert (found["failed_mail"], found["unsent_mail"]) == (1, 2)


def test_digest_goes_to_each_address_without_names_and_only_if_something_is_to_be_done(
    world: World, server: MailServer
) -> None:
    addresses = ("office@example.org", "deputy@example.org")
    services = world.with_settings(mail=server.settings, digest_addresses=addresses)
    before = replace(services, now=lambda: FIRST - timedelta(days=10))
    assert send_digest(before) == 0
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1"}))
    assert send_digest(before) == 2
    assert sorted(taken.recipient for taken in server.taken) == sorted(addresses)
    text = server.taken[0].text
    assert "1 session in the next two weeks awaits a reply" in text
    assert f"/cycles/{cycle_id}/sessions" in text
    assert "Coachee" not in text
    assert "Coach 1" not in text


def test_digest_is_still_sent_to_the_other_addresses_if_one_is_refused(
    world: World, server: MailServer
) -> None:
    world.published(world.cycle(), world.result({"C-1": "K-1"}))
    server.to_recipient["office@example.org"] = ["550 5.1.1 No such user"]
    addresses = ("office@example.org", "deputy@example.org")
    services = world.with_settings(mail=server.settings, digest_addresses=addresses)
    assert send_digest(services) == 1


def test_digest_is_due_once_a_day_early_in_the_morning() -> None:
    night, morning = datetime(2027, 3, 2, 4, 59, tzinfo=UTC), datetime(2027, 3, 2, 5, 0, tzinfo=UTC)
    assert (every_morning(night), every_morning(morning)) == ("2027-03-01", "2027-03-02")
