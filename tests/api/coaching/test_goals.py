"""A pair's goals and commitments: writing, agreeing, rating, handing over, and visibility."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from api.coaching.goals.goal_views import GoalView, scores
from api.data_protection import subject_access
from api.database import schema
from api.http.principal import AccessRole
from tests.api.coaching.callers import (
    TERMS,
    Caller,
    PublishedCycle,
    make_agreement,
    published_cycle,
)

if TYPE_CHECKING:
    from conftest import World

STATEMENT = "Interview panels have women"
PURPOSE = str(TERMS["purpose"])
TITLE = "Sign the order on panels"
GOAL = {"statement": STATEMENT, "area": "personnel", "reach": "unit", "weight": 2}
SCALE = {"much_less": "no change", "expected": "an order", "much_more": "a regulation"}


@pytest.fixture
def cycle(world: World, client: httpx.Client) -> PublishedCycle:
    return published_cycle(world, client)


@pytest.fixture
def coachee(cycle: PublishedCycle) -> Caller:
    return cycle.caller("C-1")


@pytest.fixture
def coach(cycle: PublishedCycle, coachee: Caller) -> Caller:
    coach = cycle.caller("K-1")
    make_agreement(coachee, coach)
    return coach


@pytest.fixture
def commitment(world: World) -> dict[str, Any]:
    due = world.services.now() + timedelta(days=30)
    return {"title": TITLE, "due": f"{due:%Y-%m-%d}", "area": "policy", "unit_scope": "Brigade"}


def _add(writer: Caller, other: Caller, **changed: object) -> Any:  # noqa: ANN401 - JSON
    goal = writer.post(f"/me/pairs/{other.id}/goals", GOAL | changed)
    body = {"seen": goal["version"], "scale": SCALE}
    answer = writer.call("PATCH", f"/me/pairs/{other.id}/goals/{goal['id']}", body)
    assert answer.is_success, answer.text
    return answer.json()


def _step(person: Caller, other: Caller, goal: Any, event: str, **ending: str) -> httpx.Response:  # noqa: ANN401 - JSON
    (seen,) = (
        one["version"]
        for one in person.get(f"/me/pairs/{other.id}/goals")["goals"]
        if one["id"] == goal["id"]
    )
    path = f"/me/pairs/{other.id}/goals/{goal['id']}/step"
    return person.call("POST", path, {"seen": seen, "change": {"event": event} | ending})


def _under_way(coachee: Caller, coach: Caller, **changed: object) -> Any:  # noqa: ANN401 - JSON
    goal = _add(coachee, coach, **changed)
    assert _step(coach, coachee, goal, "agree").is_success
    assert _step(coachee, coach, goal, "start").is_success
    return goal


def _rate(person: Caller, other: Caller, goal: Any, by: str, level: int) -> httpx.Response:  # noqa: ANN401 - JSON
    path = f"/me/pairs/{other.id}/goals/{goal['id']}/ratings"
    return person.call("PUT", path, {"moment": "end", "by": by, "level": level})


def test_goals_need_an_agreement(cycle: PublishedCycle) -> None:
    coachee, coach = cycle.caller("C-3"), cycle.caller("K-2")
    refused = coachee.call("POST", f"/me/pairs/{coach.id}/goals", GOAL)
    assert refused.status_code == HTTPStatus.CONFLICT
    assert "Make the agreement first" in coachee.page(f"/coaching/{coach.id}/goals").text


def test_a_goal_counts_once_the_other_one_has_agreed(coachee: Caller, coach: Caller) -> None:
    goal = _add(coachee, coach)
    assert (goal["state"], goal["written_by"]) == ("draft", "coachee")
    own = _step(coachee, coach, goal, "agree")
    assert own.status_code == HTTPStatus.CONFLICT
    agreed = _step(coach, coachee, goal, "agree").json()
    assert agreed["state"] == "agreed"
    path = f"/me/pairs/{coachee.id}/goals/{goal['id']}"
    stale = coach.call("PATCH", path, {"seen": goal["version"], "scale": SCALE})
    assert stale.status_code == HTTPStatus.PRECONDITION_FAILED
    body = {"seen": agreed["version"], "scale": SCALE | {"expected": "two orders"}}
    changed = coach.call("PATCH", path, body).json()
    assert (changed["state"], changed["written_by"]) == ("draft", "coach")
    assert _step(coachee, coach, goal, "agree").is_success


def test_a_goal_without_its_results_is_not_agreed_to(coachee: Caller, coach: Caller) -> None:
    goal = coachee.post(f"/me/pairs/{coach.id}/goals", GOAL)
    refused = _step(coach, coachee, goal, "agree")
    assert refused.status_code == HTTPStatus.CONFLICT
    assert "describe the five possible results" in refused.text


def test_an_agreement_has_at_most_three_goals_that_are_pursued(
    coachee: Caller, coach: Caller
) -> None:
    goals = [_add(coachee, coach) for _ in range(3)]
    path = f"/me/pairs/{coach.id}/goals"
    assert coachee.call("POST", path, GOAL).status_code == HTTPStatus.CONFLICT
    assert _step(coachee, coach, goals[0], "drop", because="no_time").is_success
    assert coachee.call("POST", path, GOAL).is_success


def test_each_rates_for_themselves_and_both_see_the_t_score(coachee: Caller, coach: Caller) -> None:
    goal = _add(coachee, coach)
    assert _rate(coachee, coach, goal, "coachee", 1).status_code == HTTPStatus.CONFLICT
    assert _step(coach, coachee, goal, "agree").is_success
    assert _step(coachee, coach, goal, "start").is_success
    assert _rate(coachee, coach, goal, "coach", 1).status_code == HTTPStatus.FORBIDDEN
    assert _rate(coachee, coach, goal, "coachee", 1).is_success
    assert _rate(coach, coachee, goal, "both", 0).is_success
    assert _rate(coachee, coach, goal, "both", -1).is_success
    other = _under_way(coachee, coach, weight=1)
    assert coachee.get(f"/me/pairs/{coach.id}/goals")["scores"] == []
    assert _rate(coachee, coach, other, "coachee", 1).is_success
    for person, one in ((coachee, coach), (coach, coachee)):
        assert person.get(f"/me/pairs/{one.id}/goals")["scores"] == [
            {"moment": "end", "by": "coachee", "t": 62.0}
        ]
        assert "62.0" in person.page(f"/coaching/{one.id}/goals").text


def test_a_result_can_be_corrected_and_what_is_dropped_is_final(
    coachee: Caller, coach: Caller
) -> None:
    goal = _under_way(coachee, coach)
    assert _step(coachee, coach, goal, "drop").status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert _step(coachee, coach, goal, "reach").json()["state"] == "reached"
    assert _step(coach, coachee, goal, "reopen").json()["state"] == "under_way"
    handed = _step(coachee, coach, goal, "hand_over", to_post="Chief of staff").json()
    assert (handed["state"], handed["to_post"], handed["events"]) == (
        "handed_over",
        "Chief of staff",
        [],
    )
    assert _step(coachee, coach, goal, "start").status_code == HTTPStatus.CONFLICT


def _commit(coachee: Caller, coach: Caller, content: dict[str, Any]) -> str:
    """Have the coach propose a commitment and the coachee start it; return its path."""
    added = coach.post(f"/me/pairs/{coachee.id}/commitments", content)
    path = f"/me/pairs/{coach.id}/commitments/{added['id']}"
    for seen, event in ((1, "commit"), (2, "start")):
        coachee.post(f"{path}/step", {"seen": seen, "change": {"event": event}})
    return path


def test_only_the_coachee_commits_and_done_needs_evidence(
    world: World, coachee: Caller, coach: Caller, commitment: dict[str, Any]
) -> None:
    added = coach.post(f"/me/pairs/{coachee.id}/commitments", commitment)
    step = {"seen": 1, "change": {"event": "commit"}}
    own = f"/me/pairs/{coachee.id}/commitments/{added['id']}/step"
    assert coach.call("POST", own, step).status_code == HTTPStatus.FORBIDDEN
    path = _commit(coachee, coach, commitment)
    done = {"seen": 3, "change": {"event": "finish"}}
    without = coachee.call("POST", f"{path}/step", done)
    assert without.status_code == HTTPStatus.CONFLICT
    assert "evidence that the commitment is done" in without.text
    today = world.services.now()
    evidence = {"kind": "order", "reference": "12-4/2027", "day": f"{today:%Y-%m-%d}"}
    file = evidence | {"reference": "https://files.example/x.pdf"}
    refused = coachee.call("POST", f"{path}/evidence", file)
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    later = evidence | {"day": f"{today + timedelta(days=3):%Y-%m-%d}"}
    assert coachee.call("POST", f"{path}/evidence", later).status_code == HTTPStatus.CONFLICT
    assert coachee.post(f"{path}/evidence", evidence)["evidence"] == [evidence]
    assert coachee.post(f"{path}/step", done | {"seen": 4})["state"] == "done"


def test_a_commitment_that_is_late_is_overdue_for_the_pair_and_counted_for_the_office(
    world: World, cycle: PublishedCycle, coachee: Caller, coach: Caller, commitment: dict[str, Any]
) -> None:
    past = world.services.now() - timedelta(days=3)
    _commit(coachee, coach, commitment | {"due": f"{past:%Y-%m-%d}"})
    for person, other in ((coachee, coach), (coach, coachee)):
        assert person.get(f"/me/pairs/{other.id}/commitments")["commitments"][0]["overdue"]
        assert "overdue" in person.page(f"/coaching/{other.id}/commitments").text
        assert "1 commitment is overdue" in person.page("/coaching").text
    headers = {"Authorization": f"Bearer {world.manager_token()}"}
    counts = coachee.client.get(f"/api/v1/cycles/{cycle.id}/goals", headers=headers).json()
    assert counts["overdue"] == 1
    assert (
        "1 commitment is overdue"
        in coachee.client.get(f"/cycles/{cycle.id}/goals", headers=headers).text
    )


def test_the_office_sees_areas_and_states_and_only_shared_titles(
    world: World, cycle: PublishedCycle, coachee: Caller, coach: Caller, commitment: dict[str, Any]
) -> None:
    goal = _under_way(coachee, coach)
    assert _rate(coachee, coach, goal, "coachee", 2).is_success
    path = _commit(coachee, coach, commitment)
    manager = {"Authorization": f"Bearer {world.manager_token()}"}
    auditor = {"Authorization": f"Bearer {world.user_token(AccessRole.AUDITOR)}"}
    pages = [
        f"{prefix}/cycles/{cycle.id}/goals{suffix}"
        for prefix in ("", "/api/v1")
        for suffix in ("", f"/{coachee.id}")
    ]

    def seen() -> str:
        answers = [coachee.client.get(page, headers=manager) for page in pages]
        assert all(answer.is_success for answer in answers)
        return "".join(answer.text for answer in answers)

    found = seen()
    assert "under_way" in found
    for secret in (STATEMENT, "an order", TITLE, "Brigade", "70.0"):
        assert secret not in found
    sharing = coachee.put(f"{path}/sharing", {"title_shared": True})
    assert TITLE in seen()
    own = f"/me/pairs/{coachee.id}/commitments/{sharing['id']}"
    by_coach = coach.call("PUT", f"{own}/sharing", {"title_shared": True})
    assert by_coach.status_code == HTTPStatus.FORBIDDEN
    changed = commitment | {"title": "Another title"}
    coachee.put(path, {"seen": sharing["version"], "commitment": changed})
    assert "Another title" not in seen()
    for page in pages:
        assert coachee.client.get(page, headers=auditor).status_code == HTTPStatus.FORBIDDEN


def test_each_downloads_what_they_see_and_the_office_gets_none_of_it(
    world: World, cycle: PublishedCycle, coachee: Caller, coach: Caller, commitment: dict[str, Any]
) -> None:
    _under_way(coachee, coach)
    _commit(coachee, coach, commitment)
    cycle.hold_first_session("C-1")
    assert coachee.put(f"/me/pairs/{coach.id}/fit", {"fit": "deciding"})
    own, other = coachee.call("GET", "/me/data").text, coach.call("GET", "/me/data").text
    for text in (STATEMENT, TITLE, PURPOSE):
        assert text in own
        assert text in other
    assert "deciding" in own
    assert "deciding" not in other
    stranger = cycle.caller("K-2").call("GET", "/me/data").text
    office = subject_access.export_person(world.services, coachee.id).model_dump_json()
    for report in (stranger, office):
        assert not any(text in report for text in (STATEMENT, TITLE, PURPOSE, "deciding"))


def test_a_rating_is_exported_with_its_instrument_also_if_an_earlier_version_stored_it(
    world: World, coachee: Caller, coach: Caller
) -> None:
    goal = _under_way(coachee, coach)
    assert _rate(coachee, coach, goal, "coachee", 1).is_success

    def exported() -> Any:  # noqa: ANN401 - JSON
        (rated,) = coachee.get("/me/data")["coaching"]["goals"]
        (rating,) = rated["ratings"]
        return rating["level"], rating["instrument"], rating["instrument_version"]

    assert exported() == (1, "goal_attainment", "1")
    schema.migrate(world.database, "0054")
    schema.migrate(world.database)
    assert exported() == (1, "goal_attainment", "1")


@pytest.mark.parametrize(("version", "count"), [("1", 1), ("2", 0)])
def test_ratings_by_two_versions_of_the_instrument_have_no_t_score(
    version: str, count: int
) -> None:
    rating = {"moment": "end", "by": "both", "instrument": "goal_attainment", "level": 1}
    rating |= {"rated_at": "2027-03-01T09:00:00Z"}
    goals = [
        GoalView.model_validate(
            {
                "id": number,
                "state": "reached",
                "version": 5,
                "written_by": "coach",
                "statement": GOAL,
                "scale": SCALE,
                "proof": {},
                "because": None,
                "to_post": "",
                "ratings": [rating | {"instrument_version": number}],
                "can_rate": False,
                "events": [],
            }
        )
        for number in ("1", version)
    ]
    assert len(scores(goals)) == count


def test_no_other_person_reaches_a_goal_or_commitment(
    cycle: PublishedCycle, coachee: Caller, coach: Caller, commitment: dict[str, Any]
) -> None:
    goal = _under_way(coachee, coach)
    one = coachee.post(f"/me/pairs/{coach.id}/commitments", commitment)
    second = cycle.caller("C-2")
    make_agreement(second, coach)
    for stranger in (second, cycle.caller("K-2"), cycle.caller("C-3")):
        for other in (coachee, coach):
            for kind, found in (("goals", goal), ("commitments", one)):
                listed = stranger.call("GET", f"/me/pairs/{other.id}/{kind}")
                assert STATEMENT not in listed.text
                assert TITLE not in listed.text
                step = {"seen": found["version"], "change": {"event": "start"}}
                path = f"/me/pairs/{other.id}/{kind}/{found['id']}"
                answer = stranger.call("POST", f"{path}/step", step)
                assert answer.status_code == HTTPStatus.NOT_FOUND, answer.text
                page = stranger.page(f"/coaching/{other.id}/{kind}/{found['id']}")
                assert page.status_code == HTTPStatus.NOT_FOUND
    # The coach, through the pair with another coachee
    through = coach.page(f"/coaching/{second.id}/goals/{goal['id']}")
    assert through.status_code == HTTPStatus.NOT_FOUND


def test_a_new_coach_sees_nothing_unless_the_coachee_shares_it(
    cycle: PublishedCycle, coachee: Caller, coach: Caller, commitment: dict[str, Any]
) -> None:
    goal = _under_way(coachee, coach)
    coachee.post(f"/me/pairs/{coach.id}/commitments", commitment)
    assert _rate(coachee, coach, goal, "coachee", 1).is_success
    assert _rate(coach, coachee, goal, "coach", -2).is_success
    share = f"/me/pairs/{coach.id}/share-with-new-coach"
    assert coachee.call("POST", share).status_code == HTTPStatus.CONFLICT
    cycle.replace_coach("C-1", "K-2")
    successor = cycle.caller("K-2")
    assert coach.call("GET", f"/me/pairs/{coachee.id}/goals").status_code == HTTPStatus.NOT_FOUND
    assert successor.get(f"/me/pairs/{coachee.id}/goals")["goals"] == []
    assert STATEMENT in coachee.page(f"/coaching/{coach.id}/goals").text
    early = coachee.call("POST", share)
    assert early.status_code == HTTPStatus.CONFLICT
    assert "agreement with your new coach" in early.text
    make_agreement(coachee, successor)
    assert successor.get(f"/me/pairs/{coachee.id}/goals")["goals"] == []
    by_coach = successor.call("POST", f"/me/pairs/{coachee.id}/share-with-new-coach")
    assert by_coach.status_code == HTTPStatus.FORBIDDEN
    shared = coachee.page(f"/coaching/{coach.id}/share-with-new-coach", {})
    assert shared.is_redirect
    (seen,) = successor.get(f"/me/pairs/{coachee.id}/goals")["goals"]
    assert seen["statement"]["statement"] == STATEMENT
    assert [(one["by"], one["level"]) for one in seen["ratings"]] == [("coachee", 1)]
    assert successor.get(f"/me/pairs/{coachee.id}/commitments")["commitments"]
    assert coach.call("GET", f"/me/pairs/{coachee.id}/goals").status_code == HTTPStatus.NOT_FOUND


def test_a_goal_is_written_in_three_steps_on_pages(coachee: Caller, coach: Caller) -> None:
    pages = f"/coaching/{coach.id}/goals"
    assert "Step 1 of 3" in coachee.page(f"{pages}/new").text
    faulty = coachee.page(pages, {"statement": "", "seen": "0"})
    assert faulty.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    scale = coachee.page(pages, GOAL | {"seen": "0"}).headers["location"].split(coachee.link)[1]
    assert "Step 2 of 3" in coachee.page(scale).text
    incomplete = coachee.page(scale, {"expected": "x", "baseline": "-2", "seen": "1"})
    assert incomplete.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "describe at least" in incomplete.text.casefold()
    form = SCALE | {"baseline": "-2", "seen": "1"}
    proof = coachee.page(scale, form).headers["location"].split(coachee.link)[1]
    assert "Step 3 of 3" in coachee.page(proof).text
    fields = {"verification": "order", "nap_pillar": "none", "indicator_unit": "%", "seen": "2"}
    nameless = coachee.page(proof, fields)
    assert nameless.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'id="fault-indicator_name"' in nameless.text
    done = coachee.page(proof, fields | {"indicator_name": "Women on panels"})
    page = done.headers["location"].split(coachee.link)[1]
    assert "The goal will take effect once" in coachee.page(page).text
    form = {"event": "agree", "seen": "3"}
    own = coachee.page(f"{page}/step", form)
    assert own.status_code == HTTPStatus.CONFLICT
    theirs = page.replace(coach.id, coachee.id)
    assert coach.page(f"{theirs}/step", form).is_redirect
    assert coach.page(f"{theirs}/step", {"event": "start", "seen": "4"}).is_redirect
    rating = {"moment": "mid", "by": "coach", "level": "1"}
    assert coach.page(f"{theirs}/ratings", rating).is_redirect
    assert "in the middle of the cycle" in coachee.page(page).text


def test_a_commitment_is_written_on_pages(
    world: World, coachee: Caller, coach: Caller, commitment: dict[str, Any]
) -> None:
    pages = f"/coaching/{coach.id}/commitments"
    assert coachee.page(f"{pages}/new").is_success
    faulty = coachee.page(pages, commitment | {"due": "", "nap_reference": "2.1"})
    assert faulty.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    form = commitment | {"nap_pillar": "prevention", "nap_reference": "2.1"}
    page = coachee.page(pages, form).headers["location"].split(coachee.link)[1]
    for seen, event in ((1, "commit"), (2, "start")):
        step = {"event": event, "seen": str(seen), "because": "", "to_post": ""}
        assert coachee.page(f"{page}/step", step).is_redirect
    assert "first enter evidence above" in coachee.page(page).text
    today = world.services.now()
    evidence = {"kind": "order", "reference": "", "day": f"{today:%Y-%m-%d}"}
    empty = coachee.page(f"{page}/evidence", evidence)
    assert empty.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert coachee.page(f"{page}/evidence", evidence | {"reference": "12/27"}).is_redirect
    assert coachee.page(f"{page}/sharing", {"title_shared": "true"}).is_redirect
    assert "checked" in coachee.page(page).text
    assert coachee.page(f"{page}/sharing", {}).is_redirect
    changed = form | {"title": "Another", "seen": "6"}
    assert coachee.page(f"{page}/change", changed).is_redirect
    assert "Another" in coachee.page(page).text
    twice = coachee.page(f"{page}/step", {"event": "commit", "seen": "6"})
    assert twice.status_code == HTTPStatus.CONFLICT
