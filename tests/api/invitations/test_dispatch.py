"""Pending messages are exported in one archive and then marked as sent."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from api.accounts import credentials
from api.audit_trail.rows import AuditRow
from api.http.principal import AccessRole, Principal
from api.invitations.dispatch import mark_sent
from api.invitations.outbox import list_outbox
from api.invitations.pending import pending_messages
from api.participants import rosters, upload
from api.participants.rows import Side
from api.personal_links import links

if TYPE_CHECKING:
    import httpx
    from conftest import World

API = "/api/v1"
PAIRS = {"C-1": "K-1", "C-2": "K-2"}


@pytest.fixture
def cycle_id(world: World) -> str:
    """Return the id of a cycle with four sessions and eight invitations."""
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    return cycle_id


def _saved(office: httpx.Client, cycle_id: str) -> dict[str, bytes]:
    answer = office.get(f"{API}/cycles/{cycle_id}/outbox.zip")
    assert answer.status_code == HTTPStatus.OK
    assert answer.headers["content-disposition"] == 'attachment; filename="messages.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def _revoke_link(world: World, cycle_id: str, code: str) -> None:
    now = world.services.now()
    with world.database.writing() as tx:
        person = world.person_id(cycle_id, code)
        link = links.link_of(tx, world.services.keyring, person, now=now)
        credentials.revoke(tx, _manager(), link.id, now=now)


def _manager() -> Principal:
    return Principal(AccessRole.MANAGER, user_id="office")


def _leave(world: World, cycle_id: str, code: str) -> None:
    with world.database.writing() as tx:
        staying = [one for one in rosters.roster_of(tx, cycle_id).coachees if one.id != code]
        upload.store_list(tx, cycle_id, Side.COACHEE, staying, now=world.services.now())


def test_the_archive_contains_the_same_emails_as_individual_downloads(
    world: World, office: httpx.Client, cycle_id: str
) -> None:
    mails = _saved(office, cycle_id)
    assert len(mails) == 8
    alone = {
        office.get(f"{API}/outbox/{message['id']}.eml").content
        for message in office.get(f"{API}/cycles/{cycle_id}/outbox").json()
    }
    assert set(mails.values()) == alone
    to = Counter(message_from_bytes(mail, policy=default)["To"] for mail in mails.values())
    assert set(to.values()) == {2}
    assert len(to) == 4
    for name in mails:
        assert re.fullmatch(r"\d{4}-invitation-session-[12]\.eml", name), (
            "file names contain no names of people"
        )
    with world.database.reading() as tx:
        actions = tx.scalars(select(AuditRow.action)).all()
    assert actions.count("messages exported") == 1


def test_messages_marked_as_sent_are_no_longer_pending(
    world: World, office: httpx.Client, cycle_id: str
) -> None:
    now = world.services.now()
    services = replace(world.services, now=lambda: now)
    before = pending_messages(services, cycle_id)
    assert (before.ready, before.without_link) == (8, 0)
    assert before.until is not None
    none = mark_sent(services, cycle_id, before.until - timedelta(seconds=1))
    assert none == 0, "messages created after the page was shown remain pending"
    assert mark_sent(services, cycle_id, before.until) == 8
    assert all(one.sent_at == now for one in list_outbox(services, cycle_id))
    assert _saved(office, cycle_id) == {}
    world.published(cycle_id, world.result(PAIRS, first_day=21))
    assert len(_saved(office, cycle_id)) == 8, "messages with the new times"


def test_an_invitation_is_not_sent_until_its_recipient_has_a_link(
    world: World, office: httpx.Client, cycle_id: str
) -> None:
    _revoke_link(world, cycle_id, "C-1")
    _leave(world, cycle_id, "C-2")
    left = pending_messages(world.services, cycle_id)
    assert (left.ready, left.without_link) == (4, 2)
    assert len(_saved(office, cycle_id)) == 4
    assert left.until is not None
    mark_sent(world.services, cycle_id, left.until)
    world.link(cycle_id, "C-1")
    assert len(_saved(office, cycle_id)) == 2, "messages without a link were not marked as sent"


def test_a_cancellation_needs_no_link(world: World, office: httpx.Client, cycle_id: str) -> None:
    _revoke_link(world, cycle_id, "C-1")
    _leave(world, cycle_id, "C-1")
    world.published(cycle_id, world.result({"C-2": "K-2"}))
    listed = office.get(f"{API}/cycles/{cycle_id}/outbox").json()
    (one, other) = (
        each for each in listed if (each["method"], each["to"]["code"]) == ("CANCEL", "C-1")
    )
    for message in (one, other):
        answer = office.get(f"{API}/outbox/{message['id']}.eml")
        assert answer.status_code == HTTPStatus.OK
        text = message_from_bytes(answer.content, policy=default).get_body(("plain",))
        assert "This session has been cancelled" in text.get_content()
        assert "/p/" not in text.get_content()
    names = [name for name in _saved(office, cycle_id) if "cancellation" in name]
    assert len(names) == 4, "two for the coachee and two for the coach"


def test_pages_warn_that_no_invitations_have_been_sent(
    world: World, client: httpx.Client, cycle_id: str
) -> None:
    client.headers["Sec-Fetch-Site"] = "same-origin"
    client.post(f"/sign-in/{world.sign_in_secret()}")
    for page in ("", "/sessions", "/messages"):
        text = client.get(f"/cycles/{cycle_id}{page}").text
        assert "8 messages are waiting to be sent" in text
        assert "This server does not send email" in text
        assert f'href="{API}/cycles/{cycle_id}/outbox.zip"' in text
        assert f'href="/cycles/{cycle_id}/people"' in text
    (until,) = set(re.findall(r'name="until" value="([^"]+)"', text))
    wrong = client.post(f"/cycles/{cycle_id}/messages/sent", data={"until": "soon"})
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    sent = client.post(f"/cycles/{cycle_id}/messages/sent", data={"until": until})
    assert sent.status_code == HTTPStatus.SEE_OTHER
    after = client.get(sent.headers["location"]).text
    assert "waiting to be sent" not in after
    assert "not yet" not in after
