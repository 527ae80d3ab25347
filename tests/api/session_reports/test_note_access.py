"""A secret link alone never opens a coach's notes, because the office has handed it out."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx
import pytest

from api.sessions import schedule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import World

API = "/api/v1"
NOTE = "a confidence 81c4"
PHRASE = "tulip anvil ferry quartz"


class Device:
    """A browser with the coach's link and a separate cookie jar."""

    def __init__(self, base: httpx.URL, link: str, session_id: str) -> None:
        self.browser = httpx.Client(base_url=base, follow_redirects=True, timeout=30)
        self.browser.headers["Origin"] = str(base).rstrip("/")
        self.bearer = {"Authorization": f"Bearer {link}"}
        self.home = f"/p/{link}"
        self.note = f"{API}/sessions/{session_id}/note"
        self.page = f"{self.home}/sessions/{session_id}"

    def write(self, text: str = NOTE) -> int:
        answer = self.browser.put(self.note, json={"text": text}, headers=self.bearer)
        return answer.status_code

    def read(self) -> httpx.Response:
        return self.browser.get(self.note, headers=self.bearer)

    def open_by(self, phrase: str) -> int:
        answer = self.browser.post(
            f"{API}/me/notes/open", json={"passphrase": phrase}, headers=self.bearer
        )
        return answer.status_code

    def choose(self, phrase: str) -> int:
        answer = self.browser.put(
            f"{API}/me/notes/passphrase", json={"passphrase": phrase}, headers=self.bearer
        )
        return answer.status_code


@pytest.fixture
def devices(world: World, client: httpx.Client) -> Iterator[tuple[Device, Device]]:
    """Return the coach's device, and another device with the same link."""
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1"}))
    link = world.link(cycle_id, "K-1").secret
    with world.database.reading() as tx:
        session_id = schedule.cycle_schedule(tx, cycle_id)[0].id
    own, other = (Device(client.base_url, link, session_id) for _ in range(2))
    yield own, other
    own.browser.close()
    other.browser.close()


def test_a_note_opens_only_on_the_device_on_which_it_was_written(
    devices: tuple[Device, Device],
) -> None:
    own, other = devices
    assert own.write() == HTTPStatus.OK
    assert own.read().json()["text"] == NOTE
    assert other.read().status_code == HTTPStatus.FORBIDDEN
    assert other.write("mine now") == HTTPStatus.FORBIDDEN
    assert own.read().json()["text"] == NOTE


def test_a_passphrase_opens_notes_on_another_device(devices: tuple[Device, Device]) -> None:
    own, other = devices
    own.write()
    assert other.open_by(PHRASE) == HTTPStatus.FORBIDDEN
    assert own.choose("password1234") == HTTPStatus.UNPROCESSABLE_ENTITY
    assert own.choose(PHRASE) == HTTPStatus.NO_CONTENT
    assert other.open_by("another phrase altogether") == HTTPStatus.FORBIDDEN
    assert other.open_by(PHRASE) == HTTPStatus.OK
    assert other.read().json()["text"] == NOTE


def test_only_a_device_with_open_notes_can_set_the_passphrase(
    devices: tuple[Device, Device],
) -> None:
    own, other = devices
    assert own.choose(PHRASE) == HTTPStatus.CONFLICT
    own.write()
    assert other.choose(PHRASE) == HTTPStatus.FORBIDDEN


def test_after_five_wrong_passphrases_the_correct_one_is_refused(
    devices: tuple[Device, Device],
) -> None:
    own, other = devices
    own.write()
    own.choose(PHRASE)
    for _ in range(5):
        assert other.open_by("wrong") == HTTPStatus.FORBIDDEN
    assert other.open_by(PHRASE) == HTTPStatus.FORBIDDEN
    assert own.read().json()["text"] == NOTE


def test_a_device_key_does_not_open_notes_of_another_coach(
    world: World, client: httpx.Client
) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1", "C-2": "K-2"}))
    key = world.notes_key(cycle_id, "K-1")
    bearer = {"Authorization": f"Bearer {world.link(cycle_id, 'K-2').secret}", "X-Notes-Key": key}
    assert client.get(f"{API}/me/notes", headers=bearer).json()["is_open"] is False


def test_the_pages_show_whether_notes_are_open_on_the_device(
    devices: tuple[Device, Device],
) -> None:
    own, other = devices
    assert "You have not written a note yet" in own.browser.get(f"{own.home}/notes").text
    fields = {"attendance": "held", "session_date": "2026-01-28", "topic": "x", "private": NOTE}
    own.browser.post(f"{own.page}/note", data=fields)
    assert NOTE in own.browser.get(own.page).text
    assert "Your notes are open on this device" in own.browser.get(f"{own.home}/notes").text

    closed = other.browser.get(other.page).text
    assert NOTE not in closed
    assert "your notes are closed on this device" in closed
    assert "Your notes are closed on this device" in other.browser.get(f"{own.home}/notes").text
    refused = other.browser.post(f"{own.page}/note", data=fields | {"private": "another"})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Nothing was saved" in refused.text
    shared_part = other.browser.post(f"{own.page}/note", data=fields | {"private": ""})
    assert shared_part.status_code == HTTPStatus.OK

    weak = own.browser.post(f"{own.home}/notes/passphrase", data={"passphrase": "short"})
    assert weak.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    own.browser.post(f"{own.home}/notes/passphrase", data={"passphrase": PHRASE})
    wrong = other.browser.post(f"{own.home}/notes/open", data={"passphrase": "wrong"})
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    other.browser.post(f"{own.home}/notes/open", data={"passphrase": PHRASE})
    assert NOTE in other.browser.get(other.page).text


def _code_in(page: str) -> str:
    """Return the recovery code on a page."""
    return page.partition("<code>")[2].partition("</code>")[0]


def _write_on_page(device: Device, text: str) -> httpx.Response:
    fields = {"attendance": "held", "session_date": "2026-01-28", "topic": "x", "private": text}
    return device.browser.post(f"{device.page}/note", data=fields)


def test_the_recovery_code_of_the_first_note_opens_notes_once(
    devices: tuple[Device, Device],
) -> None:
    own, other = devices
    code = _code_in(_write_on_page(own, NOTE).text)
    assert len(code) == 19
    assert other.open_by(code.lower().replace("-", " ")) == HTTPStatus.OK
    assert other.read().json()["text"] == NOTE
    other.browser.cookies.clear()
    assert other.open_by(code) == HTTPStatus.FORBIDDEN
    assert "Keep this code" not in _write_on_page(own, "another note").text


def test_a_new_notebook_gives_no_access_to_earlier_notes(
    devices: tuple[Device, Device],
) -> None:
    """Anyone with the link can start one: the office, or a reader of the coach's email."""
    own, thief = devices
    own.write()
    own.choose(PHRASE)
    begun = thief.browser.post(f"{API}/me/notes/afresh", headers=thief.bearer)
    assert begun.json()["is_open"]
    assert thief.read().status_code == HTTPStatus.FORBIDDEN
    assert thief.write("mine now") == HTTPStatus.FORBIDDEN
    assert NOTE not in thief.browser.get(thief.page).text
    assert thief.choose("another phrase altogether") == HTTPStatus.NO_CONTENT
    assert own.read().json()["text"] == NOTE
    assert own.write("written later") == HTTPStatus.OK
    assert thief.read().status_code == HTTPStatus.FORBIDDEN
    own.browser.cookies.clear()
    assert own.open_by(PHRASE) == HTTPStatus.OK
    assert own.read().json()["text"] == "written later"


def test_two_notebooks_opened_on_one_device_are_merged(world: World, client: httpx.Client) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1"}))
    link = world.link(cycle_id, "K-1").secret
    with world.database.reading() as tx:
        sessions = [session.id for session in schedule.cycle_schedule(tx, cycle_id)]
    old, new = (
        Device(client.base_url, link, sessions[0]),
        Device(client.base_url, link, sessions[1]),
    )
    code = _code_in(_write_on_page(old, NOTE).text)
    page = new.browser.post(f"{new.home}/notes/afresh").text
    assert _code_in(page) not in {"", code}
    new.write("a later note")
    new.choose(PHRASE)
    assert "Your earlier notes" in new.browser.get(f"{new.home}/notes").text
    new.browser.post(f"{new.home}/notes/open", data={"passphrase": code})
    assert new.read().json()["text"] == "a later note"
    assert new.browser.get(old.note, headers=new.bearer).json()["text"] == NOTE
    assert old.browser.get(new.note, headers=old.bearer).json()["text"] == "a later note"
    assert "Your earlier notes" not in new.browser.get(f"{new.home}/notes").text
    old.browser.cookies.clear()
    assert old.open_by(PHRASE) == HTTPStatus.OK
    old.browser.close()
    new.browser.close()


def test_a_new_notebook_is_refused_if_one_is_open_or_none_exists(
    devices: tuple[Device, Device],
) -> None:
    own, other = devices
    afresh = f"{API}/me/notes/afresh"
    assert other.browser.post(afresh, headers=other.bearer).status_code == HTTPStatus.CONFLICT
    own.write()
    assert own.browser.post(afresh, headers=own.bearer).status_code == HTTPStatus.CONFLICT
    for _ in range(4):
        other.browser.cookies.clear()
        assert other.browser.post(afresh, headers=other.bearer).status_code == HTTPStatus.OK
    other.browser.cookies.clear()
    assert other.browser.post(afresh, headers=other.bearer).status_code == HTTPStatus.CONFLICT


def test_only_a_device_with_open_notes_can_create_a_recovery_code(
    devices: tuple[Device, Device],
) -> None:
    own, other = devices
    path = f"{API}/me/notes/recovery-code"
    own.write()
    assert other.browser.post(path, headers=other.bearer).status_code == HTTPStatus.FORBIDDEN
    made = own.browser.post(path, headers=own.bearer)
    assert made.status_code == HTTPStatus.CREATED
    assert other.open_by(made.json()["code"]) == HTTPStatus.OK
