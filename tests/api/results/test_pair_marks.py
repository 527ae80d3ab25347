"""The marks for bans, waivers and preferences in a plan."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from api.cycles.service import read_policy
from api.overview import cycles
from api.participants.rosters import roster_of
from api.plan_queries.plan_marks import marks_of
from api.plans.stored_plan import stored_plan
from api.results.pair_marks import pair_marks
from coach.cycle import Cycle
from coach.texts.renderer import english
from matching.facts.rules import COMMON_LANGUAGE
from matching.result import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx
    from conftest import World

    from coach.people import Roster

WAIVER = {"rule": "rank", "reason": "agreed"}


def _words(world: World, **policy: object) -> tuple[Roster, Cycle]:
    cycle_id = world.cycle()
    with world.database.reading() as tx:
        roster = roster_of(tx, cycle_id)
    stored = read_policy(world.services, cycle_id).policy
    return roster, Cycle.model_validate(stored.model_dump() | policy, strict=False)


def _verdicts(some: list[tuple[str, int, bool]]) -> Iterator[Verdict]:
    reason = COMMON_LANGUAGE(language="sr")
    for rule, points, waived in some:
        yield Verdict(rule=rule, points=points, weight=2, reason=reason, waived=waived)


def test_marks_say_what_was_decided_and_what_came_before_a_rule(world: World) -> None:
    roster, policy = _words(
        world,
        pins={"C-1": "K-1"},
        bans={"C-1": ["K-2"], "C-3": ["K-1"]},
        waivers=[
            {"coachee": "C-2", "coach": "K-2", **WAIVER},
            {"coachee": "C-3", "coach": "K-2", **WAIVER},
        ],
        rules={"country": {"excluded": [["RS", "XK"]]}},
    )
    result = world.result({"C-1": "K-1", "C-2": "K-2"})
    verdicts = {
        "C-1": [("preference", 100, False), ("topics", 0, False)],
        "C-2": [("rank", 0, True), ("preference", 0, False)],
    }
    matches = [
        match.model_copy(update={"verdicts": tuple(_verdicts(verdicts[match.coachee]))})
        for match in result.matches
    ]
    result = result.model_copy(update={"matches": tuple(matches)})
    first = roster.coachees[0].model_copy(update={"prefers": ("K-1",)})
    roster = roster.model_copy(update={"coachees": (first, *roster.coachees[1:])})
    marks = pair_marks(roster, policy, result.matches)
    assert {code: [english(one.words) for one in some] for code, some in marks.items()} == {
        "C-1": ["preference outweighed topics", "ban: Coach 2"],
        "C-2": ["rank waived"],
        "C-3": ["ban: Coach 1", "waiver not used: rank, Coach 2"],
    }
    overriding = [code for code, some in marks.items() if any(one.overrides for one in some)]
    assert overriding == ["C-1", "C-2"]


def test_ban_of_a_pair_that_is_forbidden_anyway_has_no_effect(world: World) -> None:
    roster, policy = _words(world, bans={"C-1": ["K-1"]}, rules={"country": {"relation": "same"}})
    marks = pair_marks(roster, policy, ())
    assert [english(one.words) for one in marks["C-1"]] == [
        "ban without effect: Coach 1 (forbidden anyway)"
    ]


def test_plan_page_shows_the_marks(world: World, office: httpx.Client) -> None:
    cycle_id = world.cycle()
    cycles.change_policy(world.services, cycle_id, {"pins": {"C-1": "K-1"}})
    plan = world.plan(cycle_id, world.result({"C-1": "K-1"}))
    page = office.get(f"/plans/{plan}").text
    assert ">Pinned</span>" in page
    assert f'href="/cycles/{cycle_id}/pairs?coachee=C-1&amp;coach=K-1"' in page
    assert 'id="overridden"' not in page


def test_ban_of_an_earlier_pair_that_the_policy_forbids_has_no_effect(world: World) -> None:
    cycle_id = world.cycle()
    rules = {"repeat": {"earlier": "forbid"}}
    cycles.change_policy(world.services, cycle_id, {"bans": {"C-1": ["K-2"]}, "rules": rules})
    plan_id = world.plan(cycle_id, world.result({"C-1": "K-1"}))
    with world.database.reading() as tx:
        plan = stored_plan(tx, plan_id)
    earlier = {"earlier_pairs": [["C-1", "K-2"]]}
    roster = plan.run_input["roster"] | earlier
    plan = replace(plan, run_input={**plan.run_input, "roster": roster})
    assert [english(one.words) for one in marks_of(plan, ["C-1"])["C-1"]] == [
        "ban without effect: Coach 2 (forbidden anyway)"
    ]
