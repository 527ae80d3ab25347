"""A manager cannot read notes by renewing a link, changing an address or starting a notebook."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx
import pytest
from sqlalchemy import select

from api.background.job_type import JobContext
from api.crypto import hashing_queues
from api.crypto.hashing_queues import HashingQueue
from api.http.principal import AccessRole, Principal, Verification
from api.mail.job import MailJob
from api.mail.rows import MailRow, MailState
from api.mail_registry import MAIL_REGISTRY
from api.personal_links.verified_devices import issue_device, was_just_verified_by_code
from api.sessions import schedule
from tests.api.conftest import ANY_VERSION, coachees_csv, coaches_csv
from tests.api.notebook_calls import begin_notebook, confirm_notebook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from conftest import World

    from api.settings import Settings
    from tests.mail_server import MailServer, Taken

API = "/api/v1"
NOTES = f"{API}/me/notes"
NOTE = "a confidence 90b2"
PASSPHRASE = "tulip anvil ferry quartz"  # noqa: S105 - of a test
OWN, SEIZED = "k1@example.org", "manager@example.net"


class Programme:
    """A cycle with one coach, on a server that sends email."""

    def __init__(self, world: World, server: MailServer, client: httpx.Client) -> None:
        self.world, self.server, self.client = world, server, client
        self.devices: list[httpx.Client] = []
        self.cycle_id = world.cycle(1, 1)
        world.published(self.cycle_id, world.result({"C-1": "K-1"}))
        self.person_id = world.person_id(self.cycle_id, "K-1")
        with world.database.reading() as tx:
            session = schedule.cycle_schedule(tx, self.cycle_id)[0].id
        self.note = f"{API}/sessions/{session}/note"
        self.office = {"Authorization": f"Bearer {world.manager_token()}"}

    def device(self) -> httpx.Client:
        """Return a separate browser, which is closed at the end of the test."""
        self.devices.append(httpx.Client(base_url=self.client.base_url, timeout=30))
        return self.devices[-1]

    def new_link(self, *, verified: bool = True) -> dict[str, str]:
        """Renew the link, and return the headers of a request with it.

        If `verified` is true, they include the key of a device that was verified three hours ago.
        """
        made = self.client.post(f"{API}/people/{self.person_id}/link", headers=self.office)
        bearer = {"Authorization": f"Bearer {made.json()['credential']['secret']}"}
        if not verified:
            return bearer
        device = self.world.device_key(self.cycle_id, "K-1", ago=timedelta(hours=3))
        return bearer | {"X-Device-Key": device}

    def change_address(self) -> None:
        """Upload the lists again, with the manager's own address for the coach."""
        changed = coaches_csv(1).replace(OWN.encode(), SEIZED.encode())
        files = {
            "coachees": ("coachees.csv", coachees_csv(1)),
            "coaches": ("coaches.csv", changed),
        }
        put = self.client.put(
            f"{API}/cycles/{self.cycle_id}/people", files=files, headers=self.office | ANY_VERSION
        )
        assert put.status_code == HTTPStatus.OK, put.text

    def mailed(self) -> list[Taken]:
        """Deliver waiting emails, and return them."""
        settings = self.world.services.settings.model_copy(update={"mail": self.server.settings})
        services, before = replace(self.world.services, settings=settings), len(self.server.taken)
        with services.database.reading() as tx:
            waiting = tx.scalars(select(MailRow.id).where(MailRow.state == MailState.WAITING)).all()
        for mail_id in waiting:
            MailJob(JobContext(services, "worker@1"), MAIL_REGISTRY)(f"{mail_id}.0")
        return self.server.taken[before:]

    def mailed_code(self, device: httpx.Client, bearer: dict[str, str]) -> str:
        """Request a one-time code, and read it in the coach's mailbox."""
        asked = device.post(f"{NOTES}/code", headers=bearer)
        assert asked.status_code == HTTPStatus.ACCEPTED, asked.text
        self.mailed()
        return self.server.code()


@pytest.fixture
def programme(
    world: World,
    server: MailServer,
    serve: Callable[[Settings], AbstractContextManager[httpx.Client]],
) -> Iterator[Programme]:
    settings = world.services.settings.model_copy(update={"mail": server.settings})
    with serve(settings) as client:
        programme = Programme(world, server, client)
        yield programme
        for device in programme.devices:
            device.close()


def test_a_notebook_is_not_started_without_the_mailed_code(programme: Programme) -> None:
    manager, unverified = programme.device(), programme.new_link(verified=False)
    refused = manager.post(f"{NOTES}/begin", json={}, headers=unverified)
    assert refused.status_code == HTTPStatus.FORBIDDEN
    bearer = programme.new_link()
    for code in ("", "0000 0000"):
        begun = manager.post(f"{NOTES}/begin", json={"code": code}, headers=bearer)
        assert begun.status_code == HTTPStatus.FORBIDDEN
    assert programme.mailed() == []
    home = f"/p/{bearer['Authorization'].partition(' ')[2]}"
    manager.headers["Sec-Fetch-Site"] = "same-origin"
    begun = manager.post(f"{home}/notes/begin", data={"code": "1"}, headers=bearer)
    assert begun.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert manager.get(NOTES, headers=bearer).json()["begun"] is False


def test_a_manager_who_seizes_the_first_notebook_reads_nothing_of_the_coach(
    programme: Programme,
) -> None:
    programme.change_address()
    told = programme.mailed()
    assert sorted(mail.recipient for mail in told) == sorted([OWN, SEIZED])
    assert all("Your email address was changed" in mail.mail["Subject"] for mail in told)
    manager, bearer = programme.device(), programme.new_link()
    begin_notebook(manager, bearer, programme.mailed_code(manager, bearer))
    assert {mail.recipient for mail in programme.mailed()} == {OWN, SEIZED}
    chosen = manager.put(f"{NOTES}/passphrase", json={"passphrase": PASSPHRASE}, headers=bearer)
    assert chosen.status_code == HTTPStatus.NO_CONTENT

    coach = programme.device()
    refused = coach.put(programme.note, json={"text": NOTE}, headers=bearer)
    assert refused.status_code == HTTPStatus.FORBIDDEN
    home = f"/p/{bearer['Authorization'].partition(' ')[2]}"
    page = coach.get(f"{home}/notes", headers=bearer).text
    assert "Your notebook was started on" in page
    code = programme.mailed_code(coach, bearer)
    begun = coach.post(f"{NOTES}/afresh", json={"code": code}, headers=bearer).json()
    confirm_notebook(coach, bearer, begun["recovery_code"])
    assert coach.put(programme.note, json={"text": NOTE}, headers=bearer).is_success

    assert manager.get(programme.note, headers=bearer).status_code == HTTPStatus.FORBIDDEN
    code = programme.mailed_code(manager, bearer)
    opened = manager.post(
        f"{NOTES}/open", json={"passphrase": PASSPHRASE, "code": code}, headers=bearer
    )
    assert opened.is_success, "their own notebook again"
    assert manager.get(programme.note, headers=bearer).status_code == HTTPStatus.FORBIDDEN


def test_the_code_that_has_just_verified_a_device_also_starts_the_notebook(
    programme: Programme,
) -> None:
    coach, bearer = programme.device(), programme.new_link(verified=False)
    asked = coach.post(f"{API}/me/verification/code", headers=bearer)
    assert asked.status_code == HTTPStatus.ACCEPTED
    programme.mailed()
    typed = {"code": programme.server.code()}
    verified = coach.post(f"{API}/me/verification", json=typed, headers=bearer)
    begin_notebook(coach, bearer | {"X-Device-Key": verified.json()["secret"]})
    notices = [mail.text for mail in programme.mailed()]
    assert any("a notebook for your notes was started" in text for text in notices)
    assert not any(re.match(r"\d{4} \d{4}", text) for text in notices), "no second code was sent"


@pytest.mark.parametrize(
    ("by", "hours", "counts"),
    [
        (Verification.CODE, 1, True),
        (Verification.CODE_AND_PIN, 1, True),
        (Verification.CODE, 3, False),
        (Verification.PIN, 1, False),
        (Verification.PASSKEY, 1, False),
        (Verification.LINK, 1, False),
    ],
)
def test_only_a_code_of_the_last_two_hours_counts_for_a_notebook(
    world: World, by: Verification, hours: int, *, counts: bool
) -> None:
    """Anyone with the link can set the first PIN or passkey if no code can be sent."""
    now, cycle_id = world.services.now(), world.cycle(1, 1)
    link = world.link(cycle_id, "K-1")
    coach = Principal(
        AccessRole.COACH, person_id=world.person_id(cycle_id, "K-1"), credential_id=link.id
    )
    with world.database.writing() as tx:
        before = now - timedelta(hours=hours)
        device = issue_device(tx, coach, by, "", remember=True, now=before)
        verified = replace(coach, verification=by, device_id=device.id)
        assert was_just_verified_by_code(tx, verified, now=now) is counts


def test_an_aide_with_link_and_mailbox_starts_no_notebook_of_a_coach_with_a_pin(
    programme: Programme,
) -> None:
    bearer = programme.new_link()
    set_pin = {"pin": "739104", "current": ""}
    coach = programme.device()
    assert coach.put(f"{API}/me/pin", json=set_pin, headers=bearer).is_success
    aide = programme.device()
    stolen = {"Authorization": bearer["Authorization"]}
    assert aide.post(f"{API}/me/verification/code", headers=stolen).is_success
    programme.mailed()
    typed = {"code": programme.server.code()}
    for path, body in (("/me/verification", typed), ("/me/notes/begin", typed)):
        answer = aide.post(f"{API}{path}", json=body, headers=stolen)
        assert answer.status_code == HTTPStatus.FORBIDDEN
    written = aide.put(programme.note, json={"text": NOTE}, headers=stolen)
    assert written.status_code == HTTPStatus.FORBIDDEN
    assert coach.get(NOTES, headers=bearer).json()["begun_at"] is None


def test_merging_the_seized_notebook_gives_the_manager_nothing(programme: Programme) -> None:
    """The coach opens the manager's notebook with its passphrase, revealed by the manager."""
    manager, bearer = programme.device(), programme.new_link()
    begin_notebook(manager, bearer, programme.mailed_code(manager, bearer))
    manager.put(f"{NOTES}/passphrase", json={"passphrase": PASSPHRASE}, headers=bearer)
    coach = programme.device()
    code = programme.mailed_code(coach, bearer)
    begun = coach.post(f"{NOTES}/afresh", json={"code": code}, headers=bearer).json()
    confirm_notebook(coach, bearer, begun["recovery_code"])
    merging = {"passphrase": PASSPHRASE, "code": programme.mailed_code(coach, bearer)}
    assert coach.post(f"{NOTES}/open", json=merging, headers=bearer).is_success
    assert coach.put(programme.note, json={"text": NOTE}, headers=bearer).is_success
    assert manager.get(programme.note, headers=bearer).status_code == HTTPStatus.FORBIDDEN
    assert coach.get(programme.note, headers=bearer).json()["text"] == NOTE


def test_a_new_device_is_mailed_to_the_present_and_the_former_address(
    programme: Programme,
) -> None:
    coach, bearer = programme.device(), programme.new_link()
    coach.headers["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Firefox/130.0"
    recovery = begin_notebook(coach, bearer, programme.mailed_code(coach, bearer))
    (started,) = programme.mailed()
    assert started.recipient == OWN
    assert "a notebook for your notes was started from Firefox, Linux" in started.text
    programme.change_address()
    programme.mailed()
    coach.cookies.clear()
    opening = {"passphrase": recovery, "code": programme.mailed_code(coach, bearer)}
    assert coach.post(f"{NOTES}/open", json=opening, headers=bearer).is_success
    opened = programme.mailed()
    assert sorted(mail.recipient for mail in opened) == sorted([OWN, SEIZED])
    assert all("your notes were unlocked on a device" in mail.text for mail in opened)


def test_a_person_who_changes_their_address_is_told_at_both(programme: Programme) -> None:
    coach, bearer = programme.device(), programme.new_link()
    bearer["X-Device-Key"] = programme.world.device_key(programme.cycle_id, "K-1")
    coach.post(f"{API}/me/address", json={"address": "new@example.net"}, headers=bearer)
    programme.mailed()
    typed = {"code": programme.server.code()}
    assert coach.post(f"{API}/me/address/confirm", json=typed, headers=bearer).is_success
    told = programme.mailed()
    assert sorted(mail.recipient for mail in told) == sorted([OWN, "new@example.net"])


def test_an_address_that_is_corrected_before_anybody_has_a_link_is_mailed_to_nobody(
    programme: Programme,
) -> None:
    programme.cycle_id = programme.world.cycle(1, 1)
    programme.change_address()
    assert programme.mailed() == []


def test_passphrases_are_not_compared_without_the_mailed_code(
    programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise, the response time would reveal the result of any number of uncounted guesses."""
    coach, bearer = programme.device(), programme.new_link()
    begin_notebook(coach, bearer, programme.mailed_code(coach, bearer))
    coach.put(f"{NOTES}/passphrase", json={"passphrase": PASSPHRASE}, headers=bearer)
    aide = programme.device()
    monkeypatch.setattr(hashing_queues, "SIGNED_IN", HashingQueue(1, 0))  # answers 503
    answer = aide.post(f"{NOTES}/open", json={"passphrase": PASSPHRASE}, headers=bearer)
    assert answer.status_code == HTTPStatus.FORBIDDEN, answer.text
