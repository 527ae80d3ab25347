"""Questions about a plan: submission, answers, cancellation, failure and erasure."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from sqlalchemy import select, update

from api.audit_trail.rows import AuditRow
from api.background.rows import TaskState
from api.data_protection import subject_access as person_rights
from api.plan_queries.questions import QuestionAnswer
from api.plan_queries.rows import QuestionKind, QuestionRow
from matching.facts.changes import GETS_A_COACH, ONE_MORE_PLACE
from matching.rematching.replacement import Replacement
from matching.result import FunnelStep, Remedy, Unmatched
from tests.api.conftest import ANY_VERSION
from tests.api.following import over

if TYPE_CHECKING:
    from conftest import World


API = "/api/v1"
COLUMNS = "id,name,email,country,languages,availability,rank"
LEFT_OUT = Unmatched(
    coachee="C-3",
    reason="all-taken",
    funnel=(FunnelStep(rule="language", left=2),),
    remedies=(Remedy(change=ONE_MORE_PLACE(coach="K-1"), effect=GETS_A_COACH(coachee="C-3")),),
)

OTHER_COACH = Replacement(coach="K-2", points=300, price=0, verdicts=(), times=())


def _upload_lists(client: httpx.Client, cycle_id: str, *, capacity: int = 1) -> None:
    """Upload three coachees and two coaches of `capacity`; every pair is possible."""
    week = "Mon 09:00-16:00; Wed 09:00-16:00"
    coachees = (
        f"C-{n},Coachee {n},c{n}@example.org,RS,sr;en,{week},OF-5,commander" for n in (1, 2, 3)
    )
    coaches = (f"K-{n},Coach {n},k{n}@example.org,SE,sr;en,{week},OF-5,{capacity}" for n in (1, 2))
    files = {
        "coachees": ("c.csv", "\n".join([f"{COLUMNS},role", *coachees]).encode()),
        "coaches": ("k.csv", "\n".join([f"{COLUMNS},capacity", *coaches]).encode()),
    }
    assert client.put(
        f"{API}/cycles/{cycle_id}/people", files=files, headers=ANY_VERSION
    ).is_success


def _ask(client: httpx.Client, plan_id: str, **fields: object) -> dict[str, Any]:
    response = client.post(f"{API}/plans/{plan_id}/questions", json=fields)
    assert response.status_code == HTTPStatus.ACCEPTED, response.text
    return over(client, response.headers["location"])


@pytest.mark.slow
def test_explanation_is_solved_once_and_stored_with_the_plan(
    world: World, working: httpx.Client
) -> None:
    cycle_id = world.cycle()
    _upload_lists(working, cycle_id)
    result = world.result({"C-1": "K-1", "C-2": "K-2"})
    plan_id = world.plan(cycle_id, result.model_copy(update={"unmatched": (LEFT_OUT,)}))
    matched, left_out = (world.person_id(cycle_id, code) for code in ("C-1", "C-3"))

    question = _ask(working, plan_id, kind="explain", person_id=matched)
    assert question["state"] == "finished", question
    second = question["answer"]["explanation"]["runner_up"]
    assert second["coach"] == "K-2"
    assert second["moves"], "the only other coach has another coachee"
    again = working.post(
        f"{API}/plans/{plan_id}/questions", json={"kind": "explain", "person_id": matched}
    )
    assert again.json()["id"] == question["id"]

    page = " ".join(working.get(f"/plans/{plan_id}/people/{matched}").text.split())
    assert "Next best coach: Coach 2 (K-2)" in page
    assert "Coachee 2 (C-2) would" in page
    assert "and stored with this plan" in page

    unmatched = _ask(working, plan_id, kind="explain", person_id=left_out)
    others = unmatched["answer"]["explanation"]["others"]
    assert {one["coach"]: one["holders"] for one in others} == {"K-1": ["C-1"], "K-2": ["C-2"]}
    page = " ".join(working.get(f"/plans/{plan_id}/people/{left_out}").text.split())
    assert "The place is taken by Coachee 1 (C-1)" in page
    assert "one more place with Coach 1 (K-1)" in page
    assert page.count("fully booked") == 2

    advice = _ask(working, plan_id, kind="advise")
    assert advice["answer"]["advice"] == []
    plan = " ".join(working.get(f"/plans/{plan_id}").text.split())
    assert "No policy change was found that would place more people." in plan
    assert f"/plans/{plan_id}/people/{left_out}" in plan
    with world.database.reading() as tx:
        events = tx.execute(
            select(AuditRow.action, AuditRow.role).where(AuditRow.action.startswith("question"))
        ).all()
    assert events.count(("question asked", "manager")) == 3
    assert events.count(("question finished", "system")) == 3


@pytest.mark.slow
def test_replacing_a_coach_changes_nothing_for_others(world: World, working: httpx.Client) -> None:
    cycle_id = world.cycle()
    _upload_lists(working, cycle_id, capacity=3)
    run = working.post(f"{API}/cycles/{cycle_id}/runs").json()
    plan_id = over(working, f"{API}/runs/{run['id']}")["plan_id"]
    assert working.post(f"{API}/plans/{plan_id}/publish", headers=ANY_VERSION).is_success
    before = working.get(f"{API}/plans/{plan_id}").json()["result"]["matches"]
    old, person = before[0]["coach"], world.person_id(cycle_id, "C-1")

    response = working.post(
        f"/plans/{plan_id}/people/{person}/other-coaches", data={"sessions": "2"}
    )
    assert response.status_code == HTTPStatus.SEE_OTHER
    question = over(working, f"{API}{response.headers['location']}")
    (other,) = question["answer"]["replacements"]
    assert other["coach"] != old
    assert len(other["times"]) == 2
    assert working.get(response.headers["location"]).headers["location"].endswith("#other-coaches")
    page = " ".join(working.get(f"/plans/{plan_id}/people/{person}").text.split())
    assert f"Create a draft with Coach {other['coach'][-1]} ({other['coach']})" in page

    wanted = {"coach": other["coach"]}
    started = working.post(f"{API}/plans/{plan_id}/people/{person}/replace", json=wanted)
    assert started.json()["purpose"] == "replacement"
    done = over(working, started.headers["location"])
    assert done["state"] == "finished", done
    comparison = working.get(f"{API}/plans/{done['plan_id']}/comparison").json()
    assert comparison["settings"] == []
    assert [(move["coachee"], move["after"]) for move in comparison["moves"]] == [
        ("C-1", other["coach"])
    ]
    after = working.get(f"{API}/plans/{done['plan_id']}").json()["result"]["matches"]
    assert after[1:] == before[1:], "they keep their coach and sessions"
    published = working.post(f"{API}/plans/{done['plan_id']}/publish", headers=ANY_VERSION).json()
    assert (published["cancels"], published["requests"]) == (4, 4)


def test_question_that_needs_no_answer_is_rejected(world: World, office: httpx.Client) -> None:
    cycle_id, elsewhere = world.cycle(), world.cycle()
    plan_id = world.plan(cycle_id, world.result({"C-1": "K-1", "C-2": "K-2"}))
    coachee, coach = (world.person_id(cycle_id, code) for code in ("C-1", "K-1"))

    def refused(**fields: object) -> httpx.Response:
        return office.post(f"{API}/plans/{plan_id}/questions", json=fields)

    assert refused(kind="advise").status_code == HTTPStatus.CONFLICT
    for stranger in (coach, world.person_id(elsewhere, "C-1"), "nope"):
        for kind in ("explain", "replace"):
            status = refused(kind=kind, person_id=stranger).status_code
            assert status == HTTPStatus.NOT_FOUND
        assert office.get(f"/plans/{plan_id}/people/{stranger}").status_code == HTTPStatus.NOT_FOUND
    for unfit in (
        {"kind": "explain"},
        {"kind": "advise", "person_id": coachee},
        {"kind": "explain", "person_id": coachee, "sessions": 3},
    ):
        assert refused(**unfit).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    address = f"{API}/plans/{plan_id}/people/{coachee}/replace"
    draft = office.post(address, json={"coach": "K-2"})
    assert draft.status_code == HTTPStatus.CONFLICT
    assert "not published" in draft.json()["detail"]
    assert office.post(f"{API}/plans/{plan_id}/publish", headers=ANY_VERSION).is_success
    for coach_id, status in (("K-1", HTTPStatus.CONFLICT), ("K-9", HTTPStatus.NOT_FOUND)):
        assert office.post(address, json={"coach": coach_id}).status_code == status
    alone = world.person_id(cycle_id, "C-3")
    unmatched = office.post(f"{API}/plans/{plan_id}/people/{alone}/replace", json={"coach": "K-1"})
    assert unmatched.status_code == HTTPStatus.CONFLICT


def test_id_with_a_null_byte_is_rejected_on_every_database(
    world: World, office: httpx.Client
) -> None:
    cycle_id = world.cycle()
    plan_id = world.published(cycle_id, world.result({"C-1": "K-1"})).plan.id
    for path in (
        f"/plans/{plan_id}/compare?before=%00",
        f"{API}/plans/{plan_id}/comparison?before=%00",
        f"{API}/plans/{plan_id}/questions?person_id=%00",
    ):
        assert office.get(path).status_code == HTTPStatus.UNPROCESSABLE_ENTITY, path
    fields = {"kind": "explain", "person_id": "\0"}
    response = office.post(f"{API}/plans/{plan_id}/questions", json=fields)
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_coach_of_a_pinned_pair_is_not_replaced(world: World, office: httpx.Client) -> None:
    cycle_id = world.cycle()
    pinned = b"[cycle]\nstart=2027-01-18\nend=2027-07-16\n[pins]\nC-1='K-1'\n"
    assert office.put(
        f"{API}/cycles/{cycle_id}/policy", content=pinned, headers=ANY_VERSION
    ).is_success
    plan_id = world.published(cycle_id, world.result({"C-1": "K-1"})).plan.id
    person = world.person_id(cycle_id, "C-1")
    answer = office.post(f"{API}/plans/{plan_id}/people/{person}/replace", json={"coach": "K-2"})
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "end that pin first" in answer.json()["detail"]
    with world.database.writing() as tx:
        stored = QuestionAnswer(replacements=(OTHER_COACH,))
        tx.add(
            QuestionRow(
                plan_id=plan_id,
                kind=QuestionKind.REPLACE,
                person_id=person,
                options={},
                state=TaskState.FINISHED,
                requested_at=world.services.now(),
                answer=stored.model_dump_json(),
            )
        )
    page = office.get(f"/plans/{plan_id}/people/{person}").text
    assert "First end the pin under" in page
    assert "Coach 2 (K-2): 300 points, at no cost to the plan" in page
    assert "Create a draft" not in page


def test_queued_question_is_shown_as_waiting_and_can_be_cancelled(
    world: World, office: httpx.Client
) -> None:
    cycle_id = world.cycle()
    plan_id = world.plan(cycle_id, world.result({"C-1": "K-1"}))
    person = world.person_id(cycle_id, "C-1")
    place = f"/plans/{plan_id}/people/{person}"
    assert "Find the next best coach" in office.get(place).text
    response = office.post(f"{place}/explain")
    waiting = office.get(response.headers["location"])
    assert "waiting to start" in waiting.text
    assert "http-equiv" not in waiting.text
    assert f'href="{response.headers["location"]}"' in waiting.text
    assert "View progress" in office.get(place).text
    assert office.post(f"{place}/explain").headers["location"] == response.headers["location"]

    stopped = office.post(f"{response.headers['location']}/cancel")
    back = office.get(stopped.headers["location"])
    assert back.headers["location"] == f"{place}#explained"
    assert "Find the next best coach" in office.get(place).text
    again = office.post(f"{API}{response.headers['location']}/cancel")
    assert again.status_code == HTTPStatus.CONFLICT
    listed = office.get(f"{API}/plans/{plan_id}/questions", params={"person_id": person}).json()
    assert [one["state"] for one in listed] == ["cancelled"]
    assert office.get(f"{API}/plans/{plan_id}/questions").json() == []


def test_failed_question_shows_the_reason_and_can_be_asked_again(
    world: World, working: httpx.Client
) -> None:
    cycle_id = world.cycle()
    _upload_lists(working, cycle_id)
    plan_id = world.published(cycle_id, world.result({"C-1": "K-1"})).plan.id
    person = world.person_id(cycle_id, "C-1")
    week = "SE,sr;en,Mon 09:00-16:00,OF-5"
    files = {
        "coachees": ("c.csv", f"{COLUMNS},role\nC-2,Two,c2@example.org,{week},commander".encode()),
        "coaches": ("k.csv", f"{COLUMNS},capacity\nK-1,One,k1@example.org,{week},1".encode()),
    }
    assert working.put(
        f"{API}/cycles/{cycle_id}/people", files=files, headers=ANY_VERSION
    ).is_success
    question = _ask(working, plan_id, kind="replace", person_id=person)
    assert question["state"] == "failed"
    assert "C-1" in question["failure"]["detail"]
    page = working.get(f"/plans/{plan_id}/people/{person}").text
    assert question["failure"]["title"] in page
    assert "Find a replacement" in page


def test_questions_about_a_person_are_erased_with_the_person(
    world: World, office: httpx.Client
) -> None:
    cycle_id = world.cycle()
    plan_id = world.plan(cycle_id, world.result({"C-1": "K-1"}))
    person = world.person_id(cycle_id, "C-1")
    assert office.post(f"/plans/{plan_id}/people/{person}/explain").is_redirect
    with world.database.writing() as tx:
        tx.execute(update(QuestionRow).values(state=TaskState.CANCELLED))
    with world.database.writing() as tx:
        person_rights.erase_person(tx, person, now=world.services.now())
    with world.database.reading() as tx:
        assert tx.scalars(select(QuestionRow.id)).all() == []
