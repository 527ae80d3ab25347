"""Pages linked from an invitation: opening a page changes nothing; its buttons send the reply."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx
import pytest
from sqlalchemy import select

from api.http import urls
from api.invitations.mail_composer import compose_invitation
from api.mail.rows import MailRow
from coach.sessions import Reply
from tests.api.both_ways import changed_rows
from tests.api.published import published_sessions

if TYPE_CHECKING:
    from conftest import World

    from api.sessions.session_details import SessionDetails

OWN = {"Sec-Fetch-Site": "same-origin"}


def links_in_mail(world: World, session: SessionDetails) -> list[str]:
    """Return the paths of the three links in the invitation to a session's coachee."""
    with world.database.reading() as tx:
        mail = tx.scalars(
            select(MailRow).where(
                MailRow.session_id == session.id, MailRow.person_id == session.coachee.id
            )
        ).one()
        composed = compose_invitation(tx, world.services, mail)
    assert composed is not None
    mail_read = message_from_bytes(composed.content, policy=policy.default)
    body = mail_read.get_body(("plain",))
    assert body is not None
    return re.findall(r"https?://[^/\s]+(/p/\S+)", body.get_content())


def coachee_reply(world: World, session: SessionDetails) -> Reply | None:
    now = published_sessions(world, session.cycle_id)
    return next(one.coachee_reply for one in now if one.id == session.id)


@pytest.fixture
def session(world: World) -> SessionDetails:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1"}))
    return published_sessions(world, cycle_id)[0]


def test_the_three_links_of_an_invitation_open_three_pages_and_change_nothing(
    world: World, client: httpx.Client, session: SessionDetails
) -> None:
    links = links_in_mail(world, session)
    assert [link.rpartition("/")[2] for link in links] == ["accept", "decline", "another-time"]

    def open_all() -> None:
        for link in links:
            page = client.get(link, follow_redirects=True)
            assert page.status_code == HTTPStatus.OK
            scripts = re.findall(r"<script[^>]*>", page.text)  # scanners run scripts
            assert all("/static/drafts.js" in one for one in scripts)  # it submits no form itself
            assert client.head(link).status_code != HTTPStatus.INTERNAL_SERVER_ERROR

    assert changed_rows(world, open_all) == changed_rows(world, lambda: None)


def test_the_button_of_the_accept_page_accepts(
    world: World, client: httpx.Client, session: SessionDetails
) -> None:
    accept, _, _ = links_in_mail(world, session)
    assert f'action="{accept}"' in client.get(accept).text
    answer = client.post(accept, headers=OWN)
    assert (answer.status_code, coachee_reply(world, session)) == (
        HTTPStatus.SEE_OTHER,
        Reply.ACCEPTED,
    )


def test_the_button_of_the_decline_page_declines_with_its_comment_and_leads_to_another_time(
    world: World, client: httpx.Client, session: SessionDetails
) -> None:
    _, decline, another_time = links_in_mail(world, session)
    answer = client.post(decline, headers=OWN, data={"comment": "on leave", "reply": "accepted"})
    assert answer.headers["location"] == another_time
    assert coachee_reply(world, session) is Reply.DECLINED
    assert published_sessions(world, session.cycle_id)[0].coachee_comment == "on leave"


def test_a_comment_that_is_too_long_is_refused(
    world: World, client: httpx.Client, session: SessionDetails
) -> None:
    _, decline, _ = links_in_mail(world, session)
    answer = client.post(decline, headers=OWN, data={"comment": "x" * 5000})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert coachee_reply(world, session) is Reply.NONE


def test_the_pages_of_a_cancelled_session_have_no_button(
    world: World, client: httpx.Client, session: SessionDetails
) -> None:
    secret = world.link(session.cycle_id, "C-1").secret
    world.published(session.cycle_id, world.result({"C-2": "K-2"}))
    for page in (urls.person_session_accept, urls.person_session_decline):
        shown = client.get(page(secret, session.id))
        assert shown.status_code == HTTPStatus.OK
        assert "<form" not in shown.text


def test_pages_of_other_peoples_sessions_are_not_found(
    world: World, client: httpx.Client, session: SessionDetails
) -> None:
    stranger = world.link(session.cycle_id, "C-2").secret
    for page in (
        urls.person_session_accept,
        urls.person_session_decline,
        urls.person_session_another_time,
    ):
        assert client.get(page(stranger, session.id)).status_code == HTTPStatus.NOT_FOUND
    accept = urls.person_session_accept(stranger, session.id)
    assert client.post(accept, headers=OWN).status_code == HTTPStatus.NOT_FOUND
    assert coachee_reply(world, session) is Reply.NONE
