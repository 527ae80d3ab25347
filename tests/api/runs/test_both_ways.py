"""Starting and cancelling runs have the same effects through the API and on pages."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from tests.api.both_ways import changed_rows

if TYPE_CHECKING:
    import httpx
    from conftest import World

API = "/api/v1"
OPTIONS = {"time_limit_seconds": 7.0, "keep": True}


def _run_id(answer: httpx.Response) -> str:
    return answer.headers["location"].rpartition("/")[2]


def test_run_is_started_and_cancelled_in_the_same_way_by_json_and_page(
    world: World, office: httpx.Client
) -> None:
    json_cycle, page_cycle = world.cycle(), world.cycle()
    runs: dict[str, str] = {}

    def start_by_json() -> None:
        options = OPTIONS | {"workers": world.services.settings.run_workers}
        answer = office.post(f"{API}/cycles/{json_cycle}/runs", json=options)
        assert answer.status_code == HTTPStatus.ACCEPTED
        runs["json"] = _run_id(answer)

    def start_on_page() -> None:
        form = OPTIONS | {"not_before": ""}
        answer = office.post(f"/cycles/{page_cycle}/runs", data=form)
        assert answer.status_code == HTTPStatus.SEE_OTHER
        runs["page"] = _run_id(answer)

    by_json, by_page = changed_rows(world, start_by_json), changed_rows(world, start_on_page)
    assert by_json == by_page
    assert {row[0] for row in by_json} == {"runs", "audit"}
    assert changed_rows(
        world, lambda: office.post(f"{API}/runs/{runs['json']}/cancel")
    ) == changed_rows(world, lambda: office.post(f"/runs/{runs['page']}/cancel"))


def test_second_run_is_refused_by_json_and_page(world: World, office: httpx.Client) -> None:
    cycle_id = world.cycle()
    office.post(f"{API}/cycles/{cycle_id}/runs", json={})
    answers: list[httpx.Response] = []
    for url, body in (
        (f"{API}/cycles/{cycle_id}/runs", {"json": {}}),
        (f"/cycles/{cycle_id}/runs", {"data": {"time_limit_seconds": "5"}}),
    ):
        assert not changed_rows(world, lambda: answers.append(office.post(url, **body)))  # noqa: B023
    assert [answer.status_code for answer in answers] == [HTTPStatus.CONFLICT] * 2
    assert all("has not ended yet" in answer.text for answer in answers)


def test_default_options_by_json_are_the_servers(world: World, office: httpx.Client) -> None:
    settings = world.services.settings
    options = office.post(f"{API}/cycles/{world.cycle()}/runs").json()["options"]
    assert options["workers"] == settings.run_workers
    assert options["time_limit_seconds"] == settings.run_time_limit_seconds
