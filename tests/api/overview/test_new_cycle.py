"""Creating a cycle without a file, on its page and through the API."""

from __future__ import annotations

import re
from html import unescape
from http import HTTPStatus
from typing import TYPE_CHECKING

from api.overview import cycles
from api.overview.policy_editor.keys import FIRST_KEYS
from api.overview.policy_editor.new_cycle import first_entries

if TYPE_CHECKING:
    import httpx
    from conftest import World

FORM = {"cycle.name": "Spring 2027", "cycle.start": "2027-01-18", "cycle.end": "16.7.2027"}


def test_name_and_two_days_are_enough(world: World, office: httpx.Client) -> None:
    created = office.post("/new-cycle", data=first_entries() | FORM)
    assert created.status_code == HTTPStatus.SEE_OTHER, created.text
    cycle_id = created.headers["location"].rpartition("/")[2]
    overview = cycles.read_overview(world.services, cycle_id)
    assert overview.policy.cycle.name == "Spring 2027"
    assert str(overview.policy.cycle.end) == "2027-07-16"
    assert overview.policy.sessions.count == 6
    text = cycles.read_cycle_file(world.services, cycle_id).text
    assert 'name = "Spring 2027"' in text
    assert "start = 2027-01-18" in text


def test_faults_are_summed_up_with_links_and_nothing_typed_is_lost(office: httpx.Client) -> None:
    wrong = first_entries() | {
        "cycle.name": "",
        "cycle.start": "18th of January",
        "cycle.end": "2027-07-16",
        "cycle.timezone": "Europe/Beograd",
        "sessions.count": "many",
    }
    answer = office.post("/new-cycle", data=wrong)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    page = unescape(answer.text)
    assert re.search(r"<title>\s*Error: ", page)
    summary = page[page.index('role="alert"') :].partition("</div>")[0]
    assert "autofocus" in page.partition('role="alert"')[2].partition(">")[0]
    for key in ("cycle.name", "cycle.start", "cycle.timezone", "sessions.count"):
        assert f'href="#{key}"' in summary, key
        assert f'id="{key}"' in page, key
        assert f'id="fault-{key}"' in page, key
    assert "cycle.end" not in summary
    assert 'value="18th of January"' in page
    assert 'value="many"' in page
    assert 'value="Europe/Beograd"' in page


def test_end_before_start_is_a_fault_of_the_end(office: httpx.Client) -> None:
    answer = office.post("/new-cycle", data=first_entries() | FORM | {"cycle.end": "2027-01-01"})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'href="#cycle.end"' in answer.text
    assert 'href="#cycle.start"' not in answer.text


def test_every_field_has_a_label_and_a_hint(office: httpx.Client) -> None:
    page = office.get("/new-cycle").text
    for key in FIRST_KEYS:
        assert f'<label for="{key}">' in page, key
        assert f'id="hint-{key}"' in page, key


def test_settings_as_json_create_the_same_cycle(world: World, office: httpx.Client) -> None:
    settings = {
        "cycle": {"name": "Spring 2027", "start": "2027-01-18", "end": "2027-07-16"},
        "sessions": {"count": 3},
        "rules": {"country": {"excluded": [["RS", "XK"]]}},
    }
    created = office.post("/api/v1/cycles", json=settings)
    assert created.status_code == HTTPStatus.CREATED, created.text
    policy = cycles.read_overview(world.services, created.json()["id"]).policy
    assert policy.sessions.count == 3
    assert policy.rules.country.excluded == (frozenset({"RS", "XK"}),)
    toml = cycles.read_cycle_file(world.services, created.json()["id"]).text
    again = office.post(
        "/api/v1/cycles", content=toml.encode(), headers={"Content-Type": "application/toml"}
    )
    assert cycles.read_overview(world.services, again.json()["id"]).policy == policy


def test_settings_as_json_are_refused_with_all_faults(office: httpx.Client) -> None:
    refused = office.post("/api/v1/cycles", json={"cycle": {"start": 1}, "sesions": {}})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    columns = {fault["column"] for fault in refused.json()["faults"]}
    assert columns == {"cycle.start", "cycle.end", "sesions"}
    for body in ([], "text", 3, None):
        answer = office.post("/api/v1/cycles", json=body)
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, body
