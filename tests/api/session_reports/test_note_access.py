"""A secret link alone never opens a coach's notes, because the office has the link, too."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx
import pytest

from api.sessions import schedule
from tests.api.notebook_calls import begin_notebook, confirm_notebook

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

    def begin(self) -> str:
        """Start and confirm a notebook on this device; return its recovery code."""
        return begin_notebook(self.browser, self.bearer)

    def begin_afresh(self) -> str:
        """Start and confirm a new notebook on this device; return its recovery code."""
        begun = self.browser.post(f"{API}/me/notes/afresh", json={}, headers=self.bearer)
        assert begun.status_code == HTTPStatus.OK, begun.text
        code: str = begun.json()["recovery_code"]
        confirm_notebook(self.browser, self.bearer, code)
        return code

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
    own.begin()
    assert own.write() == HTTPStatus.OK
    assert own.read().json()["text"] == NOTE
    assert other.read().status_code == HTTPStatus.FORBIDDEN
    assert other.write("mine now") == HTTPStatus.FORBIDDEN
    assert own.read().json()["text"] == NOTE


def test_a_passphrase_opens_notes_on_another_device(devices: tuple[Device, Device]) -> None:
    own, other = devices
    own.begin()
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
    own.begin()
    assert other.choose(PHRASE) == HTTPStatus.FORBIDDEN


def test_after_five_wrong_passphrases_the_correct_one_is_refused(
    devices: tuple[Device, Device],
) -> None:
    own, other = devices
    own.begin()
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
    assert "You have not started a notebook yet" in own.browser.get(f"{own.home}/notes").text
    fields = {"attendance": "held", "session_date": "2026-01-28", "topic": "x", "private": NOTE}
    own.begin()
    own.browser.post(f"{own.page}/note", data=fields)
    assert NOTE in own.browser.get(own.page).text
    assert "Your notes are unlocked on this device" in own.browser.get(f"{own.home}/notes").text

    closed = other.browser.get(other.page).text
    assert NOTE not in closed
    assert "your notes are locked on this device" in closed
    assert "Your notes are locked on this device" in other.browser.get(f"{own.home}/notes").text
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
    return page.partition("<code>")[2].partition("</code>")[0].strip()


def _write_on_page(device: Device, text: str, **setup: str) -> httpx.Response:
    fields = {"attendance": "held", "session_date": "2026-01-28", "topic": "x", "private": text}
    return device.browser.post(f"{device.page}/note", data=fields | setup)


def test_the_form_of_the_first_note_starts_a_notebook_and_loses_nothing(
    devices: tuple[Device, Device],
) -> None:
    own, other = devices
    shown = _write_on_page(own, NOTE)
    code = _code_in(shown.text)
    assert len(code) == 19
    assert NOTE in shown.text, "what was typed is still in the form"
    assert own.read().status_code == HTTPStatus.NOT_FOUND, "nothing is saved yet"
    wrong = _write_on_page(own, NOTE, recovery_code="AAAA-AAAA-AAAA-AAAA")
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert NOTE in wrong.text
    assert code not in wrong.text, "it is shown once"
    newer = _code_in(_write_on_page(own, NOTE, new_code="yes").text)
    assert newer not in {"", code}
    assert _write_on_page(own, NOTE, recovery_code=code).status_code != HTTPStatus.OK
    saved = _write_on_page(own, NOTE, recovery_code=newer.lower().replace("-", " "))
    assert saved.status_code == HTTPStatus.OK
    assert own.read().json()["text"] == NOTE
    assert other.open_by(newer) == HTTPStatus.OK
    assert other.read().json()["text"] == NOTE


def test_a_passphrase_confirms_the_notebook_of_the_first_note(
    devices: tuple[Device, Device],
) -> None:
    own, other = devices
    _write_on_page(own, NOTE)
    weak = _write_on_page(own, NOTE, passphrase="short")  # noqa: S106 - of a test
    assert weak.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert _write_on_page(own, NOTE, passphrase=PHRASE).status_code == HTTPStatus.OK
    assert own.read().json()["text"] == NOTE
    assert other.open_by(PHRASE) == HTTPStatus.OK


def test_no_note_is_stored_before_the_recovery_code_was_typed_back(
    devices: tuple[Device, Device],
) -> None:
    own, _ = devices
    assert own.write() == HTTPStatus.FORBIDDEN
    begun = own.browser.post(f"{API}/me/notes/begin", json={}, headers=own.bearer).json()
    assert (begun["is_open"], begun["needs_confirmation"]) == (False, True)
    assert own.write() == HTTPStatus.FORBIDDEN
    confirm = f"{API}/me/notes/confirm"
    wrong = own.browser.post(confirm, json={"code": "AAAA-AAAA"}, headers=own.bearer)
    assert wrong.status_code == HTTPStatus.FORBIDDEN
    assert own.write() == HTTPStatus.FORBIDDEN
    confirm_notebook(own.browser, own.bearer, begun["recovery_code"])
    assert own.write() == HTTPStatus.OK


def test_a_notebook_that_was_never_confirmed_is_replaced(devices: tuple[Device, Device]) -> None:
    own, other = devices
    begin = f"{API}/me/notes/begin"
    assert own.browser.post(begin, json={}, headers=own.bearer).status_code == HTTPStatus.OK
    other.begin()
    assert other.write() == HTTPStatus.OK
    assert own.write() == HTTPStatus.FORBIDDEN
    assert own.browser.post(begin, json={}, headers=own.bearer).status_code == HTTPStatus.CONFLICT
    assert other.read().json()["text"] == NOTE


def test_a_recovery_code_opens_notes_once_and_is_replaced(devices: tuple[Device, Device]) -> None:
    own, other = devices
    code = own.begin()
    own.write()
    opened = other.browser.post(
        f"{API}/me/notes/open", json={"passphrase": code}, headers=other.bearer
    )
    newer = opened.json()["recovery_code"]
    assert newer not in {None, code}
    assert other.read().json()["text"] == NOTE
    other.browser.cookies.clear()
    assert other.open_by(code) == HTTPStatus.FORBIDDEN
    assert other.open_by(newer) == HTTPStatus.OK


def test_a_new_notebook_gives_no_access_to_earlier_notes(
    devices: tuple[Device, Device],
) -> None:
    """Anyone with the link can start a notebook: the office, or a reader of the coach's email."""
    own, thief = devices
    own.begin()
    own.write()
    own.choose(PHRASE)
    thief.begin_afresh()
    assert thief.read().status_code == HTTPStatus.FORBIDDEN
    assert thief.write("mine now") == HTTPStatus.OK, "in their own notebook"
    assert own.read().json()["text"] == NOTE
    assert NOTE not in thief.browser.get(thief.page).text
    assert thief.choose("another phrase altogether") == HTTPStatus.NO_CONTENT
    assert own.read().json()["text"] == NOTE
    assert own.write("written later") == HTTPStatus.OK
    assert thief.read().json()["text"] == "mine now"
    own.browser.cookies.clear()
    assert own.open_by(PHRASE) == HTTPStatus.OK
    assert own.read().json()["text"] == "written later"


def test_a_note_in_another_notebook_does_not_keep_the_coach_from_writing_their_own(
    devices: tuple[Device, Device],
) -> None:
    thief, own = devices
    thief.begin()
    thief.write("occupied")
    own.begin_afresh()
    assert own.read().status_code == HTTPStatus.FORBIDDEN
    assert _write_on_page(own, NOTE).status_code == HTTPStatus.OK
    assert own.read().json()["text"] == NOTE
    assert own.write("my second version") == HTTPStatus.OK
    assert (own.read().json()["version"], thief.read().json()["text"]) == (2, "occupied")


def test_two_notes_on_one_session_are_combined_when_their_notebooks_are_merged(
    devices: tuple[Device, Device],
) -> None:
    old, new = devices
    code = old.begin()
    old.write("the earlier one")
    new.begin_afresh()
    new.write("the later one")
    assert new.open_by(code) == HTTPStatus.OK
    assert new.read().json()["text"] == "the earlier one\n\n---\n\nthe later one"
    assert new.write("edited since") == HTTPStatus.OK


@pytest.fixture
def two(world: World, client: httpx.Client) -> Iterator[tuple[Device, Device]]:
    """Return two devices of a coach, each with the page of a different session."""
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1"}))
    link = world.link(cycle_id, "K-1").secret
    with world.database.reading() as tx:
        sessions = [session.id for session in schedule.cycle_schedule(tx, cycle_id)]
    old, new = (Device(client.base_url, link, session) for session in sessions[:2])
    yield old, new
    old.browser.close()
    new.browser.close()


def test_two_notebooks_opened_on_one_device_are_merged_and_opened_by_no_other(
    two: tuple[Device, Device],
) -> None:
    old, new = two
    code = old.begin()
    old.write()
    assert new.begin_afresh() != code
    new.write("a later note")
    new.choose(PHRASE)
    assert "Your earlier notes" in new.browser.get(f"{new.home}/notes").text
    merged = new.browser.post(f"{new.home}/notes/open", data={"passphrase": code}).text
    assert new.read().json()["text"] == "a later note"
    assert new.browser.get(old.note, headers=new.bearer).json()["text"] == NOTE
    assert "Your earlier notes" not in new.browser.get(f"{new.home}/notes").text
    assert old.read().status_code == HTTPStatus.FORBIDDEN, "no other device has the new key"
    assert old.open_by(PHRASE) == HTTPStatus.FORBIDDEN
    assert old.open_by(code) == HTTPStatus.FORBIDDEN
    assert old.open_by(_code_in(merged)) == HTTPStatus.OK
    assert old.read().json()["text"] == NOTE
    assert old.write("after the merge") == HTTPStatus.OK
    assert new.browser.get(old.note, headers=new.bearer).json()["text"] == "after the merge"


def test_a_new_notebook_is_refused_if_one_is_open_or_none_exists(
    devices: tuple[Device, Device],
) -> None:
    own, other = devices
    afresh = f"{API}/me/notes/afresh"

    def start(device: Device) -> int:
        return device.browser.post(afresh, json={}, headers=device.bearer).status_code

    assert start(other) == HTTPStatus.CONFLICT
    own.begin()
    assert start(own) == HTTPStatus.CONFLICT
    for _ in range(4):
        other.browser.cookies.clear()
        other.begin_afresh()
    other.browser.cookies.clear()
    assert start(other) == HTTPStatus.CONFLICT


def test_only_a_device_with_open_notes_can_create_a_recovery_code(
    devices: tuple[Device, Device],
) -> None:
    own, other = devices
    path = f"{API}/me/notes/recovery-code"
    own.begin()
    assert other.browser.post(path, headers=other.bearer).status_code == HTTPStatus.FORBIDDEN
    made = own.browser.post(path, headers=own.bearer)
    assert made.status_code == HTTPStatus.CREATED
    assert other.open_by(made.json()["code"]) == HTTPStatus.OK


def test_devices_are_listed_and_ended(devices: tuple[Device, Device]) -> None:
    own, other = devices
    other.browser.headers["User-Agent"] = "Mozilla/5.0 (Windows NT 10.0; rv:130.0) Firefox/130.0"
    path, code = f"{API}/me/notes/devices", own.begin()
    own.write()
    assert other.browser.get(path, headers=other.bearer).status_code == HTTPStatus.FORBIDDEN
    assert other.open_by(code) == HTTPStatus.OK
    listed = own.browser.get(path, headers=own.bearer).json()
    assert [one["is_this"] for one in listed] == [True, False]
    assert listed[1]["device"] == "Firefox, Windows"
    assert "Firefox, Windows" in own.browser.get(f"{own.home}/notes").text
    ended = own.browser.delete(f"{path}/{listed[1]['id']}", headers=own.bearer)
    assert ended.status_code == HTTPStatus.OK
    assert other.read().status_code == HTTPStatus.FORBIDDEN
    assert own.read().json()["text"] == NOTE
    again = own.browser.delete(f"{path}/{listed[1]['id']}", headers=own.bearer)
    assert again.status_code == HTTPStatus.NOT_FOUND


def test_ended_device_does_not_open_the_notes_again_with_secrets_set_on_it(
    devices: tuple[Device, Device],
) -> None:
    own, stolen = devices
    assert stolen.open_by(own.begin()) == HTTPStatus.OK
    own.write()
    made = stolen.browser.post(f"{API}/me/notes/recovery-code", headers=stolen.bearer)
    assert stolen.choose(PHRASE) == HTTPStatus.NO_CONTENT
    path = f"{API}/me/notes/devices"
    listed = own.browser.get(path, headers=own.bearer).json()
    (other,) = (one["id"] for one in listed if not one["is_this"])
    ended = own.browser.delete(f"{path}/{other}", headers=own.bearer).json()
    assert ended["passphrase_removed"]
    assert stolen.open_by(PHRASE) == HTTPStatus.FORBIDDEN
    assert stolen.open_by(made.json()["code"]) == HTTPStatus.FORBIDDEN
    assert own.read().json()["text"] == NOTE
    assert stolen.open_by(ended["recovery_code"]) == HTTPStatus.OK, (
        "only the coach has seen this code"
    )


def test_ending_a_device_keeps_a_passphrase_that_is_older(devices: tuple[Device, Device]) -> None:
    own, other = devices
    own.begin()
    own.choose(PHRASE)
    own.write()
    assert other.open_by(PHRASE) == HTTPStatus.OK
    page = own.browser.post(f"{own.home}/notes/devices/end-others")
    assert "Your recovery code" not in page.text
    assert other.read().status_code == HTTPStatus.FORBIDDEN
    assert other.open_by(PHRASE) == HTTPStatus.OK


def test_after_a_new_link_the_coach_ends_the_devices_of_the_old_one(
    world: World, client: httpx.Client
) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1"}))
    with world.database.reading() as tx:
        session = schedule.cycle_schedule(tx, cycle_id)[0].id
    first = world.link(cycle_id, "K-1").secret
    old, lost = (Device(client.base_url, first, session) for _ in range(2))
    assert lost.begin()
    lost.choose(PHRASE)
    assert old.open_by(PHRASE) == HTTPStatus.OK
    new = Device(client.base_url, world.link(cycle_id, "K-1").secret, session)
    new.browser.cookies, lost.bearer = old.browser.cookies, new.bearer
    page = new.browser.get(f"{new.home}/notes").text
    assert page.count("That was before your current link was created") == 2
    new.browser.post(f"{new.home}/notes/devices/end-others")
    assert new.write() == HTTPStatus.OK
    assert lost.read().status_code == HTTPStatus.FORBIDDEN
    for device in (old, lost, new):
        device.browser.close()
