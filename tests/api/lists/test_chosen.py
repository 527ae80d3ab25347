"""Actions on selected rows affect only these rows; each action is recorded and reported."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from api.audit_trail.rows import AuditRow
from api.enrolment.requests import request_from_chosen
from api.invitations.chosen import mark_sent_to, release_to
from api.invitations.pending import pending_messages
from api.mail.rows import MailKind, MailRow, MailState
from api.participants.rows import PersonRow
from api.reminders.chosen import remind_of_replies
from api.reminders.service import is_still_due
from api.sessions import replies, schedule
from api.sessions.replies import ReplyInput
from coach.errors import ConflictError
from coach.sessions import Reply
from tests.api.published import principal_of, published_sessions
from tests.texts import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Iterable

    import httpx
    from conftest import World

    from api.lists.bulk import Outcome
    from api.services import Services

PAIRS = {"C-1": "K-1", "C-2": "K-2"}
SOON = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)
LATER = SOON + timedelta(days=2)


def mailing(world: World, now: datetime = SOON) -> Services:
    return replace(world.services_with_mail(), now=lambda: now)


def told(outcomes: Iterable[Outcome]) -> dict[str, str]:
    """Return the outcome for each row as text."""
    return {ENGLISH.text(one.about): ENGLISH.text(one.result.words) for one in outcomes}


def states(world: World, code: str) -> Counter[MailState]:
    with world.database.reading() as tx:
        query = select(MailRow.state).join(PersonRow, PersonRow.id == MailRow.person_id)
        return Counter(tx.scalars(query.where(PersonRow.code == code)))


def events(world: World, action: str) -> list[tuple[str, str]]:
    with world.database.reading() as tx:
        rows = tx.scalars(select(AuditRow).where(AuditRow.action == action))
        return [(row.object_kind, row.object_id) for row in rows]


@pytest.fixture
def cycle_id(world: World) -> str:
    """Return the id of a cycle with a published plan of two pairs, and one unmatched coachee."""
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    return cycle_id


def test_only_the_messages_of_chosen_people_are_released(world: World, cycle_id: str) -> None:
    chosen = [world.person_id(cycle_id, code) for code in ("C-1", "C-3")]
    services = mailing(world)
    done = release_to(services, cycle_id, chosen, SOON)
    assert told(done.outcomes) == {
        "Coachee 1": "2 messages are being sent",
        "Coachee 3": "not sent: create a new link under People first",
    }
    assert set(states(world, "C-1")) == {MailState.WAITING}
    assert set(states(world, "K-1")) == set(states(world, "C-2")) == {MailState.DRAFT}
    assert events(world, "messages released") == [("person", chosen[0])]
    again = release_to(services, cycle_id, chosen[:1], SOON)
    assert told(again.outcomes) == {"Coachee 1": "nothing is waiting to be sent"}
    assert events(world, "messages released") == [("person", chosen[0])]


def test_people_without_an_address_get_their_own_outcome(world: World, cycle_id: str) -> None:
    chosen = [world.person_id(cycle_id, code) for code in ("C-1", "K-1")]
    with world.database.writing() as tx:
        tx.execute(update(PersonRow).where(PersonRow.id == chosen[0]).values(email=""))
    done = release_to(mailing(world), cycle_id, chosen, SOON)
    assert told(done.outcomes) == {
        "Coachee 1": "not sent: there is no email address",
        "Coach 1": "2 messages are being sent",
    }
    assert set(states(world, "C-1")) == {MailState.DRAFT}


def test_messages_created_after_the_page_was_shown_are_not_released(
    world: World, cycle_id: str
) -> None:
    chosen = [world.person_id(cycle_id, "C-1")]
    shown = pending_messages(mailing(world), cycle_id).until
    assert shown is not None
    release_to(mailing(world), cycle_id, chosen, shown - timedelta(seconds=1))
    assert set(states(world, "C-1")) == {MailState.DRAFT}


def test_messages_of_chosen_people_are_marked_as_sent(world: World, cycle_id: str) -> None:
    chosen = [world.person_id(cycle_id, "C-2")]
    done = mark_sent_to(world.services, cycle_id, chosen, SOON)
    assert told(done.outcomes) == {"Coachee 2": "2 messages marked as sent"}
    assert set(states(world, "C-2")) == {MailState.SENT_OTHERWISE}
    assert set(states(world, "C-1")) == {MailState.DRAFT}


def test_people_of_other_cycles_are_not_concerned(world: World, cycle_id: str) -> None:
    other = world.cycle()
    chosen = [world.person_id(cycle_id, "C-1")]
    assert release_to(mailing(world), other, chosen, SOON).outcomes == ()
    assert request_from_chosen(mailing(world), other, chosen)[1] == ()
    session = published_sessions(world, cycle_id)[0].id
    assert remind_of_replies(mailing(world), other, [session])[1] == ()
    assert set(states(world, "C-1")) == {MailState.DRAFT}


def test_links_are_sent_to_chosen_people_once_a_day(world: World, cycle_id: str) -> None:
    chosen = [world.person_id(cycle_id, code) for code in ("C-1", "C-2", "C-3")]
    with world.database.writing() as tx:
        tx.execute(update(PersonRow).where(PersonRow.id == chosen[1]).values(left_at=SOON))
        tx.execute(update(PersonRow).where(PersonRow.id == chosen[2]).values(email=""))
    _, first = request_from_chosen(mailing(world), cycle_id, chosen)
    assert told(first) == {
        "Coachee 1": "an email with the link is being sent",
        "Coachee 2": "not sent: this person has left the cycle",
        "Coachee 3": "not sent: there is no email address",
    }
    assert events(world, "details requested") == [("person", chosen[0])]
    _, second = request_from_chosen(mailing(world), cycle_id, chosen[:1])
    assert told(second) == {"Coachee 1": "not sent: this person was asked within the last 24 hours"}


def _all_sent(world: World) -> None:
    with world.database.writing() as tx:
        tx.execute(update(MailRow).values(state=MailState.SENT, ended_at=SOON))


def test_missing_replies_are_reminded_once_at_most_once_a_day(world: World, cycle_id: str) -> None:
    _all_sent(world)
    first, second, *_ = published_sessions(world, cycle_id)
    with world.database.writing() as tx:
        coachee = principal_of(first, first.coachee.side)
        row = schedule.own_session(tx, coachee, first.id)
        accepted = ReplyInput(reply=Reply.ACCEPTED)
        replies.store_reply(tx, world.services, coachee, row, accepted, now=SOON)
    services = mailing(world, LATER)
    _, outcomes = remind_of_replies(services, cycle_id, [first.id, second.id])
    (about_first, about_second) = told(outcomes).values()
    assert about_first == f"an email is being sent to {first.coach.name}"
    assert about_second == "an email is being sent to Coachee 2, Coach 2"
    with world.database.reading() as tx:
        mails = tx.scalars(select(MailRow).where(MailRow.kind == MailKind.REPLY_REMINDER)).all()
        assert len(mails) == 3
        settings = services.settings.mail
        assert all(is_still_due(tx, mail, settings, now=LATER) for mail in mails)
    assert [kind for kind, _ in events(world, "reply reminded")] == ["person"] * 3
    _, again = remind_of_replies(services, cycle_id, [first.id])
    assert [one.startswith("not sent") for one in told(again).values()] == [True]
    assert len(events(world, "reply reminded")) == 3


def test_nobody_is_reminded_before_the_invitation_was_sent(world: World, cycle_id: str) -> None:
    session = published_sessions(world, cycle_id)[0].id
    _, outcomes = remind_of_replies(mailing(world, LATER), cycle_id, [session])
    assert [one.startswith("not sent") for one in told(outcomes).values()] == [True]


def test_server_that_sends_no_email_refuses(world: World, cycle_id: str) -> None:
    for act in (remind_of_replies, request_from_chosen):
        with pytest.raises(ConflictError):
            act(world.services, cycle_id, [])
    with pytest.raises(ConflictError):
        release_to(world.services, cycle_id, [], SOON)


def test_rows_are_selected_and_the_page_shows_each_result(
    world: World, cycle_id: str, office: httpx.Client
) -> None:
    address = f"/cycles/{cycle_id}/messages"
    page = office.get(f"{address}?side=coachee").text
    assert page.count('class="choose"') == 2
    assert "checked" not in page
    all_chosen = re.search(r'href="([^"]+choose=all[^"]*)"', page)
    assert all_chosen is not None
    assert office.get(all_chosen[1].replace("&amp;", "&")).text.count("checked") == 2
    until = re.search(r'name="until" value="([^"]+)"', page)
    assert until is not None
    form = {
        "chosen": [world.person_id(cycle_id, "C-1"), world.person_id(cycle_id, "C-1")],
        "until": until[1],
        "list_address": f"{address}?side=coachee#list",
    }
    answer = office.post(f"{address}/chosen/sent", data=form)
    assert answer.status_code == HTTPStatus.OK
    assert answer.text.count("2 messages marked as sent") == 1
    assert f'href="{address}?side=coachee#list"' in answer.text
    none = office.post(f"{address}/chosen/sent", data={"until": until[1]})
    assert "Nothing was selected" in none.text
    many = office.post(f"{address}/chosen/sent", data=form | {"chosen": ["0" * 20] * 201})
    assert many.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
