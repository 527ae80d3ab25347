"""Drafts of people's forms: their protection and their content."""

from __future__ import annotations

import re
from base64 import b64decode
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.crypto.key_ring import Keyring, open_keyring
from api.http.cookies import verified_device_cookie
from api.http.principal import AccessRole, NotebookState, NotesDevice, Principal
from api.participants.rows import Side
from api.session_reports.first_note import SETUP_FIELDS
from api.session_reports.pages import report_draft
from api.web.drafts import draft_group, draft_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    import httpx
    from conftest import World

    from api.settings import Settings

COACH = Principal(AccessRole.COACH, person_id="p1", credential_id="link1")
OPEN = NotesDevice("d", "key of a device", 1, NotebookState.UNLOCKED)
OTHER = NotesDevice("e", "key of another device", 1, NotebookState.UNLOCKED)
FIELDS = ("topic",)


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    return open_keyring(tmp_path / "key", create=True)


def test_draft_is_the_same_for_one_person_link_and_form_only(keyring: Keyring) -> None:
    draft = draft_of(keyring, COACH, "s1", FIELDS)
    assert draft == draft_of(keyring, replace(COACH, device_id="another"), "s1", FIELDS)
    assert len(b64decode(draft.key)) == 32
    others = [
        draft_of(keyring, replace(COACH, person_id="p2"), "s1", FIELDS),
        draft_of(keyring, replace(COACH, credential_id="link2"), "s1", FIELDS),
        draft_of(keyring, COACH, "s2", FIELDS),
        draft_of(
            keyring,
            COACH,
            "s1",
            FIELDS,
            secret="one",  # noqa: S106 - of a test
        ),
        draft_of(
            keyring,
            COACH,
            "s1",
            FIELDS,
            secret="two",  # noqa: S106 - of a test
        ),
    ]
    assert len({draft.key, *(one.key for one in others)}) == 6
    assert draft.id not in {one.id for one in others}
    assert draft.id.startswith(draft_group(keyring, COACH))
    assert draft.key not in repr(draft)


def test_draft_reveals_neither_the_person_nor_the_link_nor_the_form(keyring: Keyring) -> None:
    assert re.fullmatch(r"[0-9a-f]{32}\.[0-9a-f]{32}", draft_of(keyring, COACH, "s1", FIELDS).id)


def test_note_is_kept_only_with_the_secret_of_the_device_on_which_notes_are_unlocked(
    world: World,
) -> None:
    locked = report_draft(world.services, COACH, "s1", Side.COACH)
    assert "private" not in locked.fields.split()
    unconfirmed = replace(OPEN, state=NotebookState.UNCONFIRMED)
    principal = replace(COACH, notes_device=unconfirmed)
    assert report_draft(world.services, principal, "s1", Side.COACH) == locked
    drafts = [
        report_draft(world.services, replace(COACH, notes_device=device), "s1", Side.COACH)
        for device in (OPEN, OTHER)
    ]
    assert all("private" in draft.fields.split() for draft in drafts)
    assert len({locked.key, *(draft.key for draft in drafts)}) == 3


def test_secrets_typed_into_the_form_are_never_kept(world: World) -> None:
    draft = report_draft(world.services, replace(COACH, notes_device=OPEN), "s1", Side.COACH)
    assert not set(SETUP_FIELDS) & set(draft.fields.split())


def test_key_is_only_on_pages_that_need_verification_and_a_stored_form_ends_its_draft(
    world: World, serve: Callable[[Settings], AbstractContextManager[httpx.Client]]
) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1"}))
    home = f"/p/{world.link(cycle_id, 'C-1').secret}"
    device = world.device_key(cycle_id, "C-1")
    settings = world.services_with_mail().settings
    with serve(settings) as client:
        session = re.search(r"/sessions/\w{20}", client.get(home).text)
        assert session is not None
        form, details = f"{home}{session[0]}/feedback", f"{home}/details"
        for page in (home, f"{home}{session[0]}", form, details, f"{home}/verify"):
            assert "data-draft" not in client.get(page, follow_redirects=True).text
        client.cookies.set(
            verified_device_cookie(settings, world.person_id(cycle_id, "C-1")), device
        )
        shown = client.get(form).text
        assert 'data-draft-fields="attendance q.useful q.safe q.relevant q.next_step text"' in shown
        assert "data-draft-unsent" not in shown
        own = {"Sec-Fetch-Site": "same-origin"}
        refused = client.post(form, data={"text": "x", "q.useful": "9"}, headers=own)
        assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert "data-draft-unsent" in refused.text
        names = re.findall(r'data-draft="([^"]+)"', client.get(details).text)
        for data, name in zip(
            ({"availability": "Mon 09:00-12:00"}, {"topics": "law"}), names, strict=True
        ):
            stored = client.post(details, data=data, headers=own)
            assert stored.headers["location"].endswith(f"?saved=true#sent-{name}")


def test_every_page_of_a_verified_device_signs_out_and_ends_its_drafts(
    world: World, serve: Callable[[Settings], AbstractContextManager[httpx.Client]]
) -> None:
    cycle_id = world.cycle()
    person, settings = world.person_id(cycle_id, "C-1"), world.services_with_mail().settings
    home = f"/p/{world.link(cycle_id, 'C-1').secret}"
    with serve(settings) as client:
        cookie = verified_device_cookie(settings, person)
        client.cookies.set(cookie, world.device_key(cycle_id, "C-1"))
        pages = [client.get(f"{home}{rest}").text for rest in ("", "/details", "/devices")]
        (group,) = re.findall(r'<meta name="drafts"\s+content="(\w+)"', pages[0])
        for page in pages:
            sign_out = re.search(r'action="([^"]+/end)"\s+data-drafts-end="(\w+)"', page)
            assert sign_out is not None
            assert sign_out[2] == group
        assert client.post(sign_out[1], headers={"Sec-Fetch-Site": "same-origin"}).is_redirect
        assert "data-drafts-end" not in client.get(home).text
        assert client.get(f"{home}/details").is_redirect
