"""Pins, bans and waivers on their page and in the API."""

from __future__ import annotations

from html import unescape
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from api.audit_trail.rows import AuditRow
from api.input_files.source import NamedFile
from api.overview import cycles
from api.overview.pair_decisions import decisions
from api.overview.pair_decisions.decisions import (
    DecisionKind,
    PairDecisionInput,
    PairOfDecision,
)
from api.overview.pair_decisions.listing import read_decisions
from coach.errors import ConflictError, UnusableInputError
from tests.api.conftest import ANY_VERSION

if TYPE_CHECKING:
    import httpx
    from conftest import World

RANKS = {"rules": {"country": {"relation": "same"}}}  # coachees are from RS, coaches from SE
COMMENT = "# From the meeting in Sarajevo\n"


def decide(
    world: World, cycle_id: str, kind: str, coachee: str = "C-1", coach: str = "K-1"
) -> None:
    given = PairDecisionInput(
        kind=DecisionKind(kind),
        coachee=coachee,
        coach=coach,
        reason="agreed" if kind.startswith("waive") else "",
    )
    decisions.decide(world.services, cycle_id, given)


def listed(world: World, cycle_id: str) -> list[tuple[str, str, str, str, bool]]:
    return [
        (one.kind.value, one.coachee, one.coach, one.effect.code.partition(".")[2], one.matters)
        for one in read_decisions(world.services, cycle_id).decisions
    ]


def test_pin_ban_and_waiver_are_kept_in_the_cycle_file_with_its_comments(world: World) -> None:
    cycle_id = world.cycle()
    text = COMMENT + cycles.read_cycle_file(world.services, cycle_id).text
    cycles.replace_policy(world.services, cycle_id, NamedFile("c.toml", text.encode()))
    decide(world, cycle_id, "pin", "C-1", "K-1")
    decide(world, cycle_id, "ban", "C-2", "K-1")
    decide(world, cycle_id, "ban", "C-2", "K-2")
    decide(world, cycle_id, "waive-rank", "C-3", "K-2")
    overview = cycles.read_overview(world.services, cycle_id)
    assert overview.policy.pins == {"C-1": "K-1"}
    assert overview.policy.bans == {"C-2": frozenset({"K-1", "K-2"})}
    assert [one.reason for one in overview.policy.waivers] == ["agreed"]
    assert cycles.read_cycle_file(world.services, cycle_id).text.startswith(COMMENT)
    assert overview.versions.policy == 5
    for kind, coachee, coach, *_ in listed(world, cycle_id):
        ended = PairOfDecision(kind=DecisionKind(kind), coachee=coachee, coach=coach)
        decisions.end_decision(world.services, cycle_id, ended)
        with pytest.raises(ConflictError, match="already ended"):
            decisions.end_decision(world.services, cycle_id, ended)
    assert listed(world, cycle_id) == []
    policy = cycles.read_overview(world.services, cycle_id).policy
    assert (policy.pins, policy.bans, policy.waivers) == ({}, {}, ())


def test_effect_of_each_decision_is_shown(world: World) -> None:
    cycle_id = world.cycle()
    decide(world, cycle_id, "pin", "C-1", "K-1")
    decide(world, cycle_id, "ban", "C-2", "K-1")
    decide(world, cycle_id, "waive-rank", "C-3", "K-2")
    assert listed(world, cycle_id) == [
        ("pin", "C-1", "K-1", "pin_holds", True),
        ("ban", "C-2", "K-1", "ban_holds", True),
        ("waive-rank", "C-3", "K-2", "waiver_irrelevant", False),
    ]
    decide(world, cycle_id, "waive-country", "C-3", "K-1")
    cycles.change_policy(world.services, cycle_id, RANKS)
    assert listed(world, cycle_id) == [
        ("pin", "C-1", "K-1", "pin_fails", False),
        ("ban", "C-2", "K-1", "ban_irrelevant", False),
        ("waive-rank", "C-3", "K-2", "waiver_irrelevant", False),
        ("waive-country", "C-3", "K-1", "waiver_holds", True),
    ]
    cycles.change_policy(world.services, cycle_id, {"rules": {"language": {"minimum_level": "C2"}}})
    assert listed(world, cycle_id)[-1][3:] == ("waiver_not_enough", False)


def test_pair_that_is_forbidden_cannot_be_pinned_before_the_rule_is_waived(world: World) -> None:
    cycle_id = world.cycle()
    cycles.change_policy(world.services, cycle_id, RANKS)
    with pytest.raises(UnusableInputError, match="country"):
        decide(world, cycle_id, "pin")
    decide(world, cycle_id, "waive-country")
    decide(world, cycle_id, "pin")
    with pytest.raises(UnusableInputError, match="pinned; end the pin"):
        decide(world, cycle_id, "ban")
    with pytest.raises(UnusableInputError, match="already waived for this pair"):
        decide(world, cycle_id, "waive-country")


def test_pair_without_enough_time_cannot_be_pinned(world: World) -> None:
    cycle_id = world.cycle()
    cycles.change_policy(world.services, cycle_id, {"sessions": {"count": 20}})
    with pytest.raises(UnusableInputError, match="free time in common"):
        decide(world, cycle_id, "pin")


def test_coach_has_no_more_pins_than_places(world: World) -> None:
    cycle_id = world.cycle(coachees=4, coaches=2)
    for number in (1, 2, 3):
        decide(world, cycle_id, "pin", f"C-{number}", "K-1")
    with pytest.raises(UnusableInputError, match=r"all of this coach's places \(3\)"):
        decide(world, cycle_id, "pin", "C-4", "K-1")
    decide(world, cycle_id, "pin", "C-1", "K-2")  # replaces the coachee's pin
    decide(world, cycle_id, "pin", "C-4", "K-1")
    pins = cycles.read_overview(world.services, cycle_id).policy.pins
    assert pins == {"C-1": "K-2", "C-2": "K-1", "C-3": "K-1", "C-4": "K-1"}


def test_people_are_found_by_id_name_or_suggestion(world: World) -> None:
    cycle_id = world.cycle()
    for coachee, coach in (
        ("C-1", "Coach 1"),
        ("C-2 Coachee 2", "K-1 Coach 1"),
        ("3 coachee", "K-1"),
    ):
        decide(world, cycle_id, "ban", coachee, coach)
    bans = cycles.read_overview(world.services, cycle_id).policy.bans
    assert set(bans) == {"C-1", "C-2", "C-3"}
    with pytest.raises(UnusableInputError) as refused:
        decide(world, cycle_id, "ban", "nobody", "")
    assert set(refused.value.by_column) == {"coachee", "coach"}


def test_same_decision_twice_changes_nothing(world: World) -> None:
    cycle_id = world.cycle()
    for kind in ("pin", "pin"):
        decide(world, cycle_id, kind)
    for _ in range(2):
        decide(world, cycle_id, "ban", "C-2", "K-2")
    assert cycles.read_overview(world.services, cycle_id).versions.policy == 2


def test_both_people_are_recorded_and_neither_is_named(world: World) -> None:
    cycle_id = world.cycle()
    decide(world, cycle_id, "waive-rank")
    with world.database.reading() as tx:
        rows = tx.query(AuditRow).filter_by(action="rule waived").all()
        assert {row.object_id for row in rows} == {
            world.person_id(cycle_id, "C-1"),
            world.person_id(cycle_id, "K-1"),
        }
        assert all(set(row.detail) == {"version"} for row in rows)


def test_page_shows_faults_with_links_and_what_was_entered(
    world: World, office: httpx.Client
) -> None:
    cycle_id = world.cycle()
    page = f"/cycles/{cycle_id}/pairs"
    assert 'value="C-2 Coachee 2"' in office.get(f"{page}?coachee=C-2&coach=K-1").text
    form = {"kind": "waive-rank", "coachee": "C-1", "coach": "K-7", "reason": ""}
    refused = office.post(page, data=form)
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    shown = unescape(refused.text)
    assert 'href="#coach"' in shown
    assert 'href="#reason"' in shown
    assert 'value="K-7"' in shown
    unchosen = office.post(page, data={"coachee": "C-1", "coach": "K-1"})
    assert "Choose what to decide about the pair" in unescape(unchosen.text)
    assert office.post(page, data=form | {"coach": "K-1", "reason": "agreed"}).is_redirect
    assert "agreed" in office.get(page).text
    ended = {"kind": "waive-rank", "coachee": "C-1", "coach": "K-1"}
    assert office.post(f"{page}/end", data=ended).is_redirect
    again = office.post(f"{page}/end", data=ended)
    assert again.status_code == HTTPStatus.CONFLICT


def test_decisions_are_made_listed_and_ended_by_json(world: World, office: httpx.Client) -> None:
    cycle_id = world.cycle()
    path = f"/api/v1/cycles/{cycle_id}/pair-decisions"
    pin = {"kind": "pin", "coachee": "C-1", "coach": "K-1"}
    assert office.post(path, json=pin, headers=ANY_VERSION).status_code == HTTPStatus.NO_CONTENT
    stale = office.post(path, json=pin | {"kind": "ban"}, headers={"If-Match": '"0"'})
    assert stale.status_code == HTTPStatus.PRECONDITION_FAILED
    found = office.get(path)
    assert found.headers["etag"] == '"1"'
    (one,) = found.json()
    assert (one["kind"], one["matters"]) == ("pin", True)
    assert one["text"] == "every plan includes this pair"
    waiver = office.post(path, json=pin | {"kind": "waive-rank"}, headers=ANY_VERSION)
    assert waiver.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert office.post(f"{path}/end", json=pin).status_code == HTTPStatus.NO_CONTENT
    assert office.post(f"{path}/end", json=pin).status_code == HTTPStatus.CONFLICT
    assert office.get(path).json() == []


def test_pin_over_a_pin_is_recorded_for_the_coach_who_loses_it(world: World) -> None:
    cycle_id = world.cycle()
    decide(world, cycle_id, "pin", "C-1", "K-1")
    decide(world, cycle_id, "pin", "C-1", "K-2")
    earlier = world.person_id(cycle_id, "K-1")
    with world.database.reading() as tx:
        events = tx.scalars(select(AuditRow).where(AuditRow.object_id == earlier)).all()
        assert [one.action for one in events] == ["pair pinned", "pin ended"]
