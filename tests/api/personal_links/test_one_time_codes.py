"""One-time codes for changing an email address and for notes on another device."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx
import pytest
from sqlalchemy import select

from api.background.job_type import JobContext
from api.data_protection import subject_access as person_rights
from api.invitations.delivery_status import delivery_status
from api.invitations.dispatch import retry_failed
from api.mail.job import MailJob
from api.mail.rows import MailKind, MailRow, MailState
from api.mail_registry import MAIL_REGISTRY
from api.participants import rosters, upload
from api.participants.rows import PersonRow, Side
from api.personal_links.rows import OneTimeCodeRow
from api.sessions import schedule
from tests.mail_server import MailServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from conftest import World

    from api.settings import Settings

API = "/api/v1"
PASSPHRASE = "tulip anvil ferry quartz"  # noqa: S105 - of a test
NEW = "other@example.net"


@dataclass
class Person:
    """A person on a server that sends email, and the emails sent to them."""

    world: World
    server: MailServer
    client: httpx.Client
    cycle_id: str
    code: str

    def mailed(self) -> str:
        """Deliver waiting emails, and return the code in the latest email."""
        settings = self.world.services.settings.model_copy(update={"mail": self.server.settings})
        services = replace(self.world.services, settings=settings)
        with services.database.reading() as tx:
            waiting = tx.scalars(select(MailRow.id).where(MailRow.state == MailState.WAITING)).all()
        for mail_id in waiting:
            MailJob(JobContext(services, "worker@1"), MAIL_REGISTRY)(f"{mail_id}.0")
        return self.server.code()

    @property
    def address(self) -> str:
        with self.world.database.reading() as tx:
            return tx.get_one(PersonRow, self.world.person_id(self.cycle_id, self.code)).email

    def age_codes(self, by: timedelta) -> None:
        with self.world.database.writing() as tx:
            for row in tx.scalars(select(OneTimeCodeRow)):
                row.created_at, row.expires_at = row.created_at - by, row.expires_at - by


@pytest.fixture
def coach(
    world: World,
    server: MailServer,
    serve: Callable[[Settings], AbstractContextManager[httpx.Client]],
) -> Iterator[Person]:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1"}))
    settings = world.services.settings.model_copy(update={"mail": server.settings})
    with serve(settings) as client:
        client.headers["Authorization"] = f"Bearer {world.link(cycle_id, 'K-1').secret}"
        old = timedelta(hours=3)  # so that notes require another code
        client.headers["X-Device-Key"] = world.device_key(cycle_id, "K-1", ago=old)
        yield Person(world, server, client, cycle_id, "K-1")


def _confirm(person: Person, code: str) -> int:
    return person.client.post(f"{API}/me/address/confirm", json={"code": code}).status_code


def test_address_change_is_confirmed_by_code_sent_to_current_address(coach: Person) -> None:
    shown = coach.client.get(f"{API}/me/address").json()
    assert shown == {"shown": "k…@example.org", "sends": True, "waits_for_code": False}
    asked = coach.client.post(f"{API}/me/address", json={"address": f" {NEW}"})
    assert asked.status_code == HTTPStatus.ACCEPTED
    assert coach.address == "k1@example.org"
    code = coach.mailed()
    assert coach.server.taken[-1].recipient == "k1@example.org"
    assert "new email address will replace this one" in coach.server.taken[-1].text
    assert code not in coach.server.taken[-1].mail["Subject"]
    assert _confirm(coach, code) == HTTPStatus.NO_CONTENT
    assert coach.address == NEW
    with coach.world.database.writing() as tx:
        held = person_rights.subject_access_report(tx, coach.world.person_id(coach.cycle_id, "K-1"))
    assert held.address == NEW
    assert _confirm(coach, code) == HTTPStatus.FORBIDDEN, "a code works once"
    refused = coach.client.post(f"{API}/me/address", json={"address": "nobody"})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_uploaded_list_replaces_changed_address_only_if_list_address_changed(coach: Person) -> None:
    coach.client.post(f"{API}/me/address", json={"address": NEW})
    assert _confirm(coach, coach.mailed()) == HTTPStatus.NO_CONTENT
    world, now = coach.world, coach.world.services.now()
    with world.database.writing() as tx:
        coaches = rosters.roster_of(tx, coach.cycle_id).coaches
        upload.store_list(tx, coach.cycle_id, Side.COACH, coaches, now=now)
    assert coach.address == NEW
    moved = [one.model_copy(update={"email": "office@example.org"}) for one in coaches]
    with world.database.writing() as tx:
        upload.store_list(tx, coach.cycle_id, Side.COACH, moved, now=now)
    assert coach.address == "office@example.org"


def test_code_expires_after_ten_minutes_five_attempts_or_newer_code(coach: Person) -> None:
    coach.client.post(f"{API}/me/address", json={"address": NEW})
    first = coach.mailed()
    assert _confirm(coach, "١٢٣٤ ٥٦٧²") == HTTPStatus.FORBIDDEN, (
        "digits of another script are refused"
    )
    coach.client.post(f"{API}/me/address", json={"address": "third@example.net"})
    second = coach.mailed()
    assert _confirm(coach, first) == HTTPStatus.FORBIDDEN
    for _ in range(4):
        assert _confirm(coach, "0000 0000") == HTTPStatus.FORBIDDEN
    assert _confirm(coach, second) == HTTPStatus.FORBIDDEN, "the code was tried five times"
    coach.client.post(f"{API}/me/address", json={"address": NEW})
    third = coach.mailed()
    refused = coach.client.post(f"{API}/me/address", json={"address": NEW})
    assert refused.status_code == HTTPStatus.CONFLICT, "a fourth code within ten minutes"
    coach.age_codes(timedelta(minutes=11))
    assert _confirm(coach, third) == HTTPStatus.FORBIDDEN, "the code is too old"
    assert coach.address == "k1@example.org"


def test_failed_code_email_is_neither_listed_nor_retried(coach: Person) -> None:
    coach.client.post(f"{API}/me/address", json={"address": NEW})
    world = coach.world
    code = select(MailRow).where(MailRow.kind == MailKind.CODE)
    with world.database.writing() as tx:
        tx.scalars(code).one().state = MailState.FAILED
    settings = world.services.settings.model_copy(update={"mail": coach.server.settings})
    assert retry_failed(replace(world.services, settings=settings), coach.cycle_id).waiting == 0
    with world.database.reading() as tx:
        assert tx.scalars(code).one().state is MailState.FAILED
    assert delivery_status(world.services, coach.cycle_id).failed == ()


def test_code_is_not_stored_in_database(coach: Person) -> None:
    coach.client.post(f"{API}/me/address", json={"address": NEW})
    plain = coach.mailed().replace(" ", "")
    with coach.world.database.reading() as tx:
        for row in (*tx.scalars(select(OneTimeCodeRow)), *tx.scalars(select(MailRow))):
            assert plain not in repr(vars(row))


def _notes(coach: Person) -> str:
    """Store a note and set a passphrase on one device; return the session's id."""
    key = coach.world.notes_key(coach.cycle_id, "K-1")
    person_id = coach.world.person_id(coach.cycle_id, "K-1")
    with coach.world.database.reading() as tx:
        session = schedule.person_schedule(tx, person_id).sessions[0].id
    own = {"X-Notes-Key": key}
    written = coach.client.put(f"{API}/sessions/{session}/note", json={"text": "mine"}, headers=own)
    assert written.is_success
    chosen = {"passphrase": PASSPHRASE}
    assert coach.client.put(f"{API}/me/notes/passphrase", json=chosen, headers=own).is_success
    return session


def _open(coach: Person, passphrase: str, code: str) -> httpx.Response:
    coach.client.cookies.clear()
    asked = {"passphrase": passphrase, "code": code}
    return coach.client.post(f"{API}/me/notes/open", json=asked)


def test_notes_on_another_device_require_passphrase_and_code(coach: Person) -> None:
    session = _notes(coach)
    note = f"{API}/sessions/{session}/note"
    coach.client.cookies.clear()
    assert coach.client.get(note).status_code == HTTPStatus.FORBIDDEN
    assert _open(coach, PASSPHRASE, "").status_code == HTTPStatus.FORBIDDEN
    assert coach.client.post(f"{API}/me/notes/code").status_code == HTTPStatus.ACCEPTED
    code = coach.mailed()
    assert _open(coach, "wrong horse battery", code).status_code == HTTPStatus.FORBIDDEN
    assert _open(coach, PASSPHRASE, "0000 0000").status_code == HTTPStatus.FORBIDDEN
    assert coach.client.get(note).status_code == HTTPStatus.FORBIDDEN
    assert _open(coach, PASSPHRASE, code).is_success
    assert coach.client.get(note).json()["text"] == "mine"
    assert _open(coach, PASSPHRASE, code).status_code == HTTPStatus.FORBIDDEN, "the code is used up"


def test_code_works_only_for_its_purpose(coach: Person) -> None:
    _notes(coach)
    coach.client.post(f"{API}/me/notes/code")
    code = coach.mailed()
    assert _confirm(coach, code) == HTTPStatus.FORBIDDEN
    coach.client.post(f"{API}/me/address", json={"address": NEW})
    assert _open(coach, PASSPHRASE, coach.mailed()).status_code == HTTPStatus.FORBIDDEN


def test_address_change_and_note_access_work_on_pages(coach: Person) -> None:
    _notes(coach)
    link = coach.client.headers.pop("Authorization").partition(" ")[2]
    coach.client.cookies.clear()
    coach.client.headers["Sec-Fetch-Site"] = "same-origin"
    home = f"/p/{link}"
    assert f'href="{home}/address"' in coach.client.get(home).text
    assert "Send code" in coach.client.get(f"{home}/address").text
    wrong = coach.client.post(f"{home}/address", data={"address": "nobody"})
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'value="nobody"' in wrong.text
    coach.client.post(f"{home}/address", data={"address": NEW})
    assert "Code from the email" in coach.client.get(f"{home}/address").text
    refused = coach.client.post(f"{home}/address/confirm", data={"code": "1"})
    assert "does not match our last email" in refused.text
    coach.client.post(f"{home}/address/confirm", data={"code": coach.mailed()})
    assert coach.address == NEW
    assert "o…@example.net" in coach.client.get(f"{home}/address").text

    assert "Send me a code" in coach.client.get(f"{home}/notes").text
    coach.client.post(f"{home}/notes/code")
    assert "We have sent you a code" in coach.client.get(f"{home}/notes").text
    both = {"passphrase": PASSPHRASE, "code": coach.mailed()}
    assert coach.client.post(f"{home}/notes/open", data=both).status_code == HTTPStatus.SEE_OTHER
    assert "Your notes are unlocked on this device" in coach.client.get(f"{home}/notes").text


def test_page_without_email_refers_to_programme_office(world: World, client: httpx.Client) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1"}))
    link = world.link(cycle_id, "K-1").secret
    text = client.get(f"/p/{link}/address").text
    assert "The programme office can change it for you" in text
    assert "<form" not in text
    refused = client.post(
        f"{API}/me/address", json={"address": NEW}, headers={"Authorization": f"Bearer {link}"}
    )
    assert refused.status_code == HTTPStatus.CONFLICT
    assert "Send me a code" not in client.get(f"/p/{link}/notes").text
