"""Turning reminders on or off has the same effect through the API and on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.api.both_ways import changed_rows

if TYPE_CHECKING:
    import httpx
    from conftest import World

API = "/api/v1"


def test_reminders_are_switched_the_same_way_by_json_and_on_the_page(
    world: World, office: httpx.Client
) -> None:
    by_json, on_page = (world.cycle() for _ in range(2))
    office.get(f"{API}/me")  # so that the token's first use is already recorded
    for on in (False, False, True):
        changes = []

        def switch_by_json(*, on: bool = on) -> None:
            answer = office.put(f"{API}/cycles/{by_json}/reminders", json={"on": on})
            assert answer.json()["on"] is on

        def switch_on_page(*, on: bool = on) -> None:
            answer = office.post(f"/cycles/{on_page}/reminders", data={"on": str(on).lower()})
            assert answer.headers["location"] == f"/cycles/{on_page}#reminders"

        changes = [changed_rows(world, switch) for switch in (switch_by_json, switch_on_page)]
        assert changes[0] == changes[1]
        shown = [office.get(f"{API}/cycles/{each}/reminders").json() for each in (by_json, on_page)]
        assert [each["on"] for each in shown] == [on, on]
