"""Held emails: how the programme office sees them, and the possible decisions."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx
import pytest

from api.replies.held import HeldAct, HeldDecision, decide_held, read_incoming_mails
from api.replies.rows import IncomingState, Reason
from coach.errors import ConflictError, NotFoundError
from coach.sessions import Reply
from tests.api.replies.incoming import Correspondence
from tests.api.replies.mail_shapes import bounce, exchange_counter, google, nextcloud, written

if TYPE_CHECKING:
    from conftest import World

OWN = {"Sec-Fetch-Site": "same-origin"}
DELEGATED = 'DELEGATED;DELEGATED-TO="mailto:deputy@example.org"'


@pytest.fixture
def cycle(world: World) -> Correspondence:
    return Correspondence.of(world)


@pytest.fixture
def office(world: World, client: httpx.Client) -> httpx.Client:
    world.sign_in(client)
    client.headers.update(OWN)
    return client


@pytest.mark.parametrize(
    ("act", "reply", "state"),
    [
        (HeldAct.ACCEPT, Reply.ACCEPTED, IncomingState.USED),
        (HeldAct.DECLINE, Reply.DECLINED, IncomingState.USED),
        (HeldAct.IGNORE, Reply.NONE, IncomingState.IGNORED),
    ],
)
def test_the_office_enters_the_answer_of_a_held_email_once_or_ignores_it(
    cycle: Correspondence, act: HeldAct, reply: Reply, state: IncomingState
) -> None:
    services = cycle.world.services
    row = cycle.receive(nextcloud(cycle.about(partstat=DELEGATED, comment="my deputy comes")))
    (held,) = read_incoming_mails(services).held
    assert (held.id, held.reason, held.other_address) == (
        row.id,
        Reason.DELEGATED,
        "deputy@example.org",
    )
    assert decide_held(services, row.id, HeldDecision(act=act)).state is state
    assert cycle.session.coachee_reply is reply
    assert cycle.session.coachee_comment == ("" if reply is Reply.NONE else "my deputy comes")
    with pytest.raises(ConflictError):
        decide_held(services, row.id, HeldDecision(act=HeldAct.ACCEPT))
    assert read_incoming_mails(services).held == ()


def test_an_answer_is_entered_only_if_person_and_session_are_known(cycle: Correspondence) -> None:
    services, accept = cycle.world.services, HeldDecision(act=HeldAct.ACCEPT)
    stranger = cycle.receive(written(cycle.about(to="x@y.example"), "hello"))
    with pytest.raises(ConflictError):
        decide_held(services, stranger.id, accept)
    with pytest.raises(NotFoundError):
        decide_held(services, "unknown", accept)
    claimed = google(cycle.about(to="coaching@example.org", message_id="2"))
    row = cycle.receive(claimed)
    assert row.reason is Reason.UNKNOWN_SENDER
    decide_held(services, row.id, accept)
    assert cycle.session.coachee_reply is Reply.ACCEPTED


def test_the_answer_to_a_cancelled_session_cannot_be_entered(cycle: Correspondence) -> None:
    row = cycle.receive(nextcloud(cycle.about(partstat="TENTATIVE")))
    cycle.world.published(cycle.cycle_id, cycle.world.result({"C-2": "K-2"}))
    with pytest.raises(ConflictError):
        decide_held(cycle.world.services, row.id, HeldDecision(act=HeldAct.ACCEPT))
    (held,) = read_incoming_mails(cycle.world.services).held
    assert not held.can_be_answered


def test_the_page_shows_held_emails_and_its_buttons_decide(
    cycle: Correspondence, office: httpx.Client
) -> None:
    row = cycle.receive(
        bounce(cycle.about(message_id="2")),
        exchange_counter(cycle.about(message_id="3")),
        google(cycle.about(message_id="4", partstat="ACCEPTED")),
        nextcloud(cycle.about(partstat=DELEGATED, comment="<b>deputy</b>")),
    )
    page = office.get("/replies").text
    for text in ("Coachee 1", "deputy@example.org", "c1@example.org", "another time"):
        assert text in page
    assert "<b>deputy</b>" not in page
    assert "a delegate attends" in page
    assert office.get(f"/cycles/{cycle.cycle_id}").text.count("/replies") == 1
    answer = office.post(f"/replies/{row.id}/decision", data={"act": "decline"})
    assert answer.status_code == HTTPStatus.SEE_OTHER
    assert cycle.session.coachee_reply is Reply.DECLINED
    history = office.get(f"/sessions/{cycle.session.id}").text
    assert "by email" in history
    assert "entered by the office" in history


def test_emails_are_listed_and_decided_about_by_json(
    cycle: Correspondence, office: httpx.Client
) -> None:
    row = cycle.receive(written(cycle.about(), "perhaps on Friday"))
    listed = office.get("/api/v1/replies").json()
    (held,) = listed["held"]
    assert (held["reason"], held["text"]) == ("written", "perhaps on Friday")
    answer = office.post(f"/api/v1/replies/{row.id}/decision", json={"act": "ignore"})
    assert answer.json()["state"] == "ignored"
    (recent,) = office.get("/api/v1/replies").json()["recent"]
    assert recent["id"] == row.id
