"""Twelve months in the life of a cycle; see `docs/tutorial-coaching.md`."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from tests.api.coaching import year as steps
from tests.api.coaching.year import SECOND, TITLE, year_of

if TYPE_CHECKING:
    from conftest import World


def test_pair_passes_through_a_year_from_nomination_to_follow_ups(world: World) -> None:
    with year_of(world) as year:
        steps.live_until_the_end(year)
        usual = year.links["C-1"]
        assert "Are you a good fit?</a>" not in year.page("C-1", "/coaching").text
        steps.follow_up(year)
        over = year.client.get(f"/p/{usual}", headers={"X-Device-Key": "any"})
        assert over.status_code == HTTPStatus.NOT_FOUND
        steps.ask_the_post(year)
        listed = year.client.get(f"/cycles/{year.cycle_id}/follow-ups", headers=year.office()).text
        assert SECOND in listed
        assert TITLE not in listed
        assert "the post says it is done" in listed
        page = f"/cycles/{year.cycle_id}/goals/{year.id('C-1')}"
        life = year.client.get(page, headers=year.office()).text
        for words in (
            *("nominated", "agreement made", "halfway through the sessions", "last session over"),
            *("completed", "followed up", "stays in touch"),
        ):
            assert words in life
        events = year.client.get(f"/api/v1/cycles/{year.cycle_id}/events", headers=year.office())
        assert [one["kind"] for one in events.json()] == ["plan_presentation"]
        page = f"/cycles/{year.cycle_id}/goals/{year.id('C-3')}"
        assert "ended early (deployment)" in year.client.get(page, headers=year.office()).text
        answers = f"/api/v1/cycles/{year.cycle_id}/answers"
        counts = year.client.get(answers, headers=year.office()).json()["counts"]
        followed_up = {one["occasion"]: one["answered"] for one in counts}["follow_up"]
        assert followed_up == 2
