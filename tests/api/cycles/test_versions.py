"""Two managers at once: nobody overwrites changes made since they opened a page."""

from __future__ import annotations

import re
from html import unescape
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from api.cli.cycle_commands.import_lists import import_
from api.cycles.rows import CycleRow
from api.cycles.service import read_policy
from api.cycles.versions import Part, next_version
from api.data_protection.retention_sweep import erase_whole_cycle
from api.http.principal import AccessRole, Principal
from api.input_files.source import NamedFile
from api.overview import cycles
from api.participants import upload
from api.participants.preview import service as previews
from api.participants.preview.service import Confirmation
from api.participants.rosters import listed_roster
from api.participants.rows import Side
from coach.errors import ChangedSinceError
from tests.api.conftest import ANY_VERSION, CYCLE_TOML, NOW, coachees_csv, coaches_csv

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import World

API = "/api/v1/cycles"
TOML = {"Content-Type": "application/toml"}
OWN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def cycle_id(world: World) -> str:
    return world.cycle()


@pytest.fixture
def browser(world: World, client: httpx.Client) -> Iterator[httpx.Client]:
    """Return a browser in which a manager is signed in; `office` is another manager's client."""
    with httpx.Client(base_url=client.base_url, headers=OWN, timeout=30) as browser:
        world.sign_in(browser)
        yield browser


def _policy(count: int, minutes: int = 90) -> bytes:
    text = CYCLE_TOML.replace("count = 2", f"count = {count}")
    return f"{text}minutes = {minutes}\n".encode()


def _lists(coachees: int, coaches: int = 2) -> dict[str, tuple[str, bytes]]:
    return {
        "coachees": ("coachees.csv", coachees_csv(coachees)),
        "coaches": ("coaches.csv", coaches_csv(coaches)),
    }


def _hidden_version(page: str, action: str) -> str:
    form = re.search(rf'action="{action}".*?</form>', page, re.DOTALL)
    assert form is not None
    found = re.search(r'name="version"\s+value="(\d+)"', form[0])
    assert found is not None
    return found[1]


def test_policy_that_somebody_else_replaced_is_refused_by_json_with_the_difference(
    office: httpx.Client, cycle_id: str
) -> None:
    path = f"{API}/{cycle_id}/policy"
    seen = {"If-Match": office.get(path).headers["ETag"]}
    assert office.put(path, content=_policy(3), headers=TOML | seen).is_success
    refused = office.put(path, content=_policy(4, minutes=60), headers=TOML | seen)
    assert refused.status_code == HTTPStatus.PRECONDITION_FAILED
    problem = refused.json()
    assert problem["type"].endswith("#changed-since")
    assert "policy replaced by manager, " in problem["detail"]
    assert problem["differences"] == [
        {"field": "sessions.count", "stored": "3", "submitted": "4"},
        {"field": "sessions.minutes", "stored": "90", "submitted": "60"},
    ]
    assert office.patch(path, json={"sessions": {"count": 5}}, headers=seen).is_client_error
    assert office.get(path).json()["sessions"]["count"] == 3
    now = {"If-Match": office.get(path).headers["ETag"]}
    assert office.put(path, content=_policy(4), headers=TOML | now).is_success


@pytest.mark.parametrize("tag", ['W/"0"', '"abc"', '"0", "1"', "0"])
def test_other_entity_tags_match_no_version(office: httpx.Client, cycle_id: str, tag: str) -> None:
    path = f"{API}/{cycle_id}/policy"
    refused = office.put(path, content=_policy(3), headers=TOML | {"If-Match": tag})
    assert refused.status_code == HTTPStatus.PRECONDITION_FAILED


def test_unseen_replacement_is_refused_without_if_match(
    world: World, office: httpx.Client, cycle_id: str
) -> None:
    """The response is 428 (RFC 6585), before any database access; `*` replaces any version."""
    cycle, policy = f"{API}/{cycle_id}", f"{API}/{cycle_id}/policy"
    person = world.person_id(cycle_id, "C-1")
    plan = world.plan(cycle_id, world.result({"C-1": "K-1"}))
    pin = {"kind": "pin", "coachee": "C-1", "coach": "K-1"}
    before = office.get(cycle).json()["versions"]
    for answer in (
        office.put(policy, content=_policy(3), headers=TOML),
        office.patch(policy, json={"sessions": {"count": 3}}),
        office.put(f"{cycle}/people", files=_lists(4)),
        office.post(f"{cycle}/people/undo"),
        office.patch(f"/api/v1/people/{person}/cells", json={"unit": "x"}),
        office.post(f"{cycle}/pair-decisions", json=pin),
        office.post(f"/api/v1/plans/{plan}/publish"),
    ):
        assert answer.status_code == HTTPStatus.PRECONDITION_REQUIRED
        assert answer.json()["code"] == "http.version_missing"
        assert "If-Match" in answer.json()["detail"]
    assert office.get(cycle).json()["versions"] == before
    assert office.put(policy, content=_policy(4), headers=TOML | ANY_VERSION).is_success


def test_uploaded_cycle_file_comes_back_in_the_form_and_replaces_in_a_second_step(
    browser: httpx.Client, office: httpx.Client, cycle_id: str
) -> None:
    action = f"/cycles/{cycle_id}/policy"
    version = _hidden_version(browser.get(f"/cycles/{cycle_id}").text, action)
    assert office.put(
        f"{API}/{cycle_id}/policy", content=_policy(3), headers=TOML | ANY_VERSION
    ).is_success
    file = {"file": ("mine.toml", _policy(4))}
    shown = browser.post(action, files=file, data={"version": version})
    assert shown.status_code == HTTPStatus.CONFLICT
    assert "policy replaced by manager" in shown.text
    assert "<code>sessions.count</code>" in " ".join(shown.text.split()).replace("> ", ">").replace(
        " <", "<"
    )
    area = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", shown.text, re.DOTALL)
    again = re.search(r'name="version" value="(\d+)"', shown.text)
    assert area
    assert again
    form = {"text": unescape(area[1]), "version": again[1]}
    assert form["text"].encode() == _policy(4)
    assert browser.post(f"{action}/text", data=form).is_redirect
    assert office.get(f"{API}/{cycle_id}/policy").json()["sessions"]["count"] == 4


def test_text_of_a_policy_cannot_bring_back_people_who_were_erased_meanwhile(
    world: World, cycle_id: str
) -> None:
    version = read_policy(world.services, cycle_id).version
    with world.database.writing() as tx:
        erase_whole_cycle(tx, tx.get_one(CycleRow, cycle_id), now=NOW)
    with pytest.raises(ChangedSinceError, match="people were erased"):
        cycles.replace_policy(
            world.services, cycle_id, NamedFile("c.toml", _policy(3)), version=version
        )


def test_lists_that_somebody_else_replaced_are_refused_by_json_with_the_difference(
    world: World, office: httpx.Client, cycle_id: str
) -> None:
    path = f"{API}/{cycle_id}/people"
    seen = {"If-Match": office.get(path).headers["ETag"]}
    assert office.put(path, files=_lists(4), headers=seen).is_success
    refused = office.put(path, files=_lists(3, coaches=3), headers=seen)
    assert refused.status_code == HTTPStatus.PRECONDITION_FAILED
    problem = refused.json()
    assert "coachee list uploaded (1 added, 0 changed, 0 left) by manager" in problem["detail"]
    assert problem["differences"] == [
        {"field": "coachees.C-4", "stored": "Coachee 4", "submitted": ""},
        {"field": "coaches.K-3", "stored": "", "submitted": "Coach 3"},
    ]
    with world.database.reading() as tx:
        assert len(listed_roster(tx, cycle_id).coachees) == 4


def test_previewed_lists_are_not_used_if_somebody_else_replaced_the_lists(
    world: World, office: httpx.Client, cycle_id: str
) -> None:
    files = {Side.COACHEE: NamedFile("c.csv", coachees_csv(2))}
    preview = previews.preview_lists(world.services, cycle_id, files)
    assert office.put(f"{API}/{cycle_id}/people", files=_lists(4), headers=ANY_VERSION).is_success
    manager = Principal(AccessRole.MANAGER, user_id="m", confirmed_at=world.services.now())
    with pytest.raises(ChangedSinceError, match=r"coachee list uploaded .* by manager"):
        previews.use_lists(world.services, manager, cycle_id, Confirmation(seen=preview.seen))


def test_undo_does_not_undo_the_lists_of_somebody_else(
    browser: httpx.Client, office: httpx.Client, cycle_id: str
) -> None:
    undo = f"/cycles/{cycle_id}/people/undo"
    assert office.put(f"{API}/{cycle_id}/people", files=_lists(4), headers=ANY_VERSION).is_success
    version = _hidden_version(browser.get(f"/cycles/{cycle_id}/people").text, undo)
    assert office.put(f"{API}/{cycle_id}/people", files=_lists(5), headers=ANY_VERSION).is_success
    refused = browser.post(undo, data={"version": version})
    assert refused.status_code == HTTPStatus.PRECONDITION_FAILED
    assert "coachee list uploaded (1 added, 0 changed, 0 left) by manager" in refused.text
    version = _hidden_version(browser.get(f"/cycles/{cycle_id}/people").text, undo)
    assert browser.post(undo, data={"version": version}).is_redirect


def test_plan_is_not_published_over_a_plan_that_somebody_else_published(
    world: World, browser: httpx.Client, office: httpx.Client, cycle_id: str
) -> None:
    first = world.plan(cycle_id, world.result({"C-1": "K-1"}))
    with world.database.writing() as tx:
        tx.connection().exec_driver_sql("UPDATE runs SET state = 'finished'")
    second = world.plan(cycle_id, world.result({"C-1": "K-2"}))
    action = f"/plans/{first}/publish"
    version = _hidden_version(browser.get(f"/plans/{first}").text, action)
    seen = {"If-Match": office.get(f"/api/v1/plans/{first}").headers["ETag"]}
    assert office.post(f"/api/v1/plans/{second}/publish", headers=seen).is_success
    late = office.post(f"/api/v1{action}", headers=seen)
    assert late.status_code == HTTPStatus.PRECONDITION_FAILED
    refused = browser.post(action, data={"version": version})
    assert refused.status_code == HTTPStatus.PRECONDITION_FAILED
    assert "plan published by manager" in refused.text
    assert office.get(f"/api/v1/plans/{second}").json()["summary"]["state"] == "published"
    version = _hidden_version(browser.get(f"/plans/{first}").text, action)
    assert browser.post(action, data={"version": version}).is_redirect


def test_each_part_of_a_cycle_has_its_own_version(office: httpx.Client, cycle_id: str) -> None:
    before = office.get(f"{API}/{cycle_id}").json()["versions"]
    office.put(f"{API}/{cycle_id}/policy", content=_policy(3), headers=TOML | ANY_VERSION)
    after = office.get(f"{API}/{cycle_id}").json()["versions"]
    assert after == before | {"policy": before["policy"] + 1}


def test_versions_increase_from_what_is_stored(world: World, cycle_id: str) -> None:
    with world.database.writing() as tx:
        row = tx.get_one(CycleRow, cycle_id)
        assert [next_version(row, Part.PLANS) for _ in range(2)] == [1, 2]


def test_command_line_does_not_use_lists_if_somebody_replaced_them_meanwhile(
    world: World, cycle_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "coachees.csv"
    file.write_bytes(coachees_csv(2))

    def answer(*_arguments: object, **_options: object) -> bool:
        with world.database.writing() as tx:
            people = listed_roster(tx, cycle_id).coachees[1:]
            upload.store_list(tx, cycle_id, Side.COACHEE, people, now=NOW)
        return True

    monkeypatch.setattr("typer.confirm", answer)
    monkeypatch.setenv("DATABASE_URL", world.services.settings.database_url)
    data = world.services.settings.data_dir
    with pytest.raises(ChangedSinceError, match=r"coachee list uploaded .* by someone using the"):
        import_(cycle_id, coachees=file, data=data)
