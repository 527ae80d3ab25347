"""Managers limited to cycles or countries cannot access objects or people beyond their limits.

All routes are called once by each of two limited managers: with objects of a cycle beyond their
limits, and with objects of their own cycle, in which case the responses must not name anyone beyond
the limits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from api.accounts import tokens, users
from api.accounts.access import Access, OfficeRole
from api.accounts.rows import UserRow
from api.app import PERMISSIONS
from api.cycles import service as cycles
from api.enrolment.rows import ApplicationRow
from api.feeds import service as feeds
from api.group_events.changes import create_event
from api.group_events.entered import GroupDateInput, GroupEventInput
from api.http.limits import LimitRule
from api.http.principal import AccessRole, Principal, TokenScope
from api.input_files.cycle_inputs import parse_inputs
from api.input_files.source import NamedFile
from api.mail.rows import MailRow
from api.participants import upload
from api.participants.rows import PersonRow, Side
from api.plan_queries import questions
from api.plan_queries.questions import QuestionRequest
from api.plan_queries.rows import QuestionKind
from api.runs.rows import PlanRow, RunRow
from api.sessions.rows import SessionRow
from coach.group_events import GroupEventKind
from tests.api.conftest import CYCLE_TOML, NOW, coachees_csv, coaches_csv

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx
    from conftest import SharedServer, World

REFUSED = {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
OWN, BEYOND = "Ownside", "Farside"
PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Limited:
    """A client of a limited manager, with path values inside and outside their limits."""

    client: httpx.Client
    token: str
    inside: dict[str, str]
    beyond: dict[str, str]

    def call(self, method: str, path: str, values: dict[str, str]) -> httpx.Response:
        address = PARAMETER.sub(lambda found: values.get(found[1], "0" * 20), path)
        headers = {"Authorization": f"Bearer {self.token}", "If-Match": "*"}
        return self.client.request(method, address, headers=headers)


def _cycle(world: World, mark: str) -> dict[str, str]:
    """Add a cycle in whose lists all names and addresses contain `mark`; return its path values."""
    files = [
        NamedFile("coachees.csv", coachees_csv().replace(b"Coachee ", f"{mark}Learner".encode())),
        NamedFile("coaches.csv", coaches_csv().replace(b"Coach ", f"{mark}Teacher".encode())),
    ]
    files = [
        NamedFile(one.name, one.content.replace(b"@example.org", f"@{mark}.org".encode()))
        for one in files
    ]
    text = CYCLE_TOML.replace("Regional cycle 2027/1", f"Cycle {mark}")
    lists = parse_inputs(NamedFile("cycle.toml", text.encode()), *files)
    with world.database.writing() as tx:
        cycle = cycles.add_cycle(tx, lists.cycle, text, now=NOW)
        upload.store_list(tx, cycle.id, Side.COACHEE, lists.roster.coachees, now=NOW)
        upload.store_list(tx, cycle.id, Side.COACH, lists.roster.coaches, now=NOW)
        cycle_id = cycle.id
    world.published(cycle_id, world.result({"C-1": "K-1", "C-2": "K-2"}))
    world.plan(cycle_id, world.result({"C-1": "K-1", "C-2": "K-2"}, first_day=21))
    return _objects(world, cycle_id, mark)


def _event(mark: str) -> GroupEventInput:
    return GroupEventInput(
        kind=GroupEventKind.SEMINAR,
        title=f"{mark}Seminar",
        timezone="Europe/Belgrade",
        minutes=60,
        dates=(GroupDateInput(day=date(2027, 3, 1), clock=time(9)),),
    )


def _objects(world: World, cycle_id: str, mark: str) -> dict[str, str]:
    person_id = world.person_id(cycle_id, "C-3")
    link = world.link(cycle_id, "K-1")
    event = create_event(world.services, cycle_id, _event(mark))
    with world.database.writing() as tx:
        application = ApplicationRow(
            cycle_id=cycle_id,
            side=Side.COACH,
            name=f"{mark}Applicant",
            email=f"applicant@{mark}.org",
            cells={},
            created_at=NOW,
        )
        tx.add(application)
        tx.flush()
        of_cycle = PlanRow.cycle_id == cycle_id
        plan_id = tx.scalars(select(PlanRow.id).where(of_cycle, PlanRow.state == "draft")).one()
        question = questions.store_question(
            tx,
            world.services.enqueue,
            plan_id,
            QuestionRequest(kind=QuestionKind.EXPLAIN, person_id=person_id),
            now=NOW,
        )
        mail_id = tx.scalars(select(MailRow.id).where(MailRow.cycle_id == cycle_id)).first() or ""
        return {
            "cycle_id": cycle_id,
            "plan_id": plan_id,
            "run_id": tx.scalars(select(RunRow.id).where(RunRow.cycle_id == cycle_id)).first()
            or "",
            "session_id": tx.scalars(
                select(SessionRow.id).where(SessionRow.cycle_id == cycle_id)
            ).first()
            or "",
            "person_id": person_id,
            "human_id": tx.get_one(PersonRow, person_id).human_id or "",
            "question_id": question.id,
            "application_id": application.id,
            "mail_id": mail_id,
            "message_id": mail_id,
            "credential_id": link.id,
            "event_id": event.id,
        }


def _token(world: World, name: str, access: Access) -> str:
    """Add a manager with a second factor, and return a token with all scopes."""
    with world.database.writing() as tx:
        now = world.services.now()
        user = users.add_user(tx, name, AccessRole.AUDITOR, now=now, access=access)
        world.give_factor(tx, user)
        principal = Principal(AccessRole.MANAGER, user_id=user, confirmed_at=now)
        return tokens.issue_token(
            tx, principal, "x", now=now, lifetime=timedelta(days=1), scopes=tuple(TokenScope)
        ).secret


@pytest.fixture(scope="module")
def both(shared: SharedServer) -> tuple[Limited, Limited]:
    """Return a manager limited to one of two cycles, and one who is also limited to country RS."""
    inside, beyond = _cycle(shared.world, OWN), _cycle(shared.world, BEYOND)
    one = Access(role=OfficeRole.MANAGER, cycles=frozenset({inside["cycle_id"]}))
    other = one.model_copy(update={"countries": frozenset({"RS"})})
    return (
        Limited(shared.client, _token(shared.world, "by cycle", one), inside, beyond),
        Limited(shared.client, _token(shared.world, "by country", other), inside, beyond),
    )


def _routes(*methods: str) -> Iterator[tuple[str, str]]:
    for (method, path), permission in PERMISSIONS.items():
        is_public = AccessRole.ANONYMOUS in permission.roles
        if method in methods and AccessRole.MANAGER in permission.roles and not is_public:
            yield method, path


@pytest.mark.slow
def test_nothing_of_a_cycle_beyond_the_limits_is_reached(both: tuple[Limited, Limited]) -> None:
    admitted = {
        (method, path, limited.token[:4])
        for limited in both
        for method, path in _routes("GET", "POST", "PUT", "PATCH", "DELETE")
        if PARAMETER.search(path)
        and PERMISSIONS[method, path].limits is not LimitRule.NO_CYCLE
        and limited.call(method, path, limited.beyond).status_code not in REFUSED
    }
    assert admitted == set()


@pytest.mark.slow
def test_no_page_names_anybody_of_another_cycle(both: tuple[Limited, Limited]) -> None:
    by_cycle, _ = both
    answers = {path: by_cycle.call("GET", path, by_cycle.inside) for _, path in _routes("GET")}
    assert {path for path, answer in answers.items() if BEYOND in answer.text} == set()
    shown = {path for path, answer in answers.items() if OWN in answer.text}
    assert {"/", "/cycles/{cycle_id}/people", "/plans/{plan_id}"} <= shown
    assert [path for path, answer in answers.items() if answer.is_server_error] == []


def test_no_page_names_anybody_of_another_country(both: tuple[Limited, Limited]) -> None:
    _, by_country = both
    answers = {path: by_country.call("GET", path, by_country.inside) for _, path in _routes("GET")}
    hidden = f"{OWN}Teacher", f"{OWN}Applicant", f"k1@{OWN}".casefold(), BEYOND
    assert {
        path
        for path, answer in answers.items()
        if any(one.casefold() in answer.text.casefold() for one in hidden)
    } == set()
    shown = {path for path, answer in answers.items() if f"{OWN}Learner" in answer.text}
    assert shown == {
        "/cycles/{cycle_id}",
        "/cycles/{cycle_id}/people",
        "/people/{person_id}/edit",
        "/api/v1/cycles/{cycle_id}/people",
        "/api/v1/cycles/{cycle_id}/published-pairs",
        "/api/v1/people/{person_id}/cells",
    }


def test_only_the_code_of_the_other_person_in_a_pair_is_shown(
    both: tuple[Limited, Limited],
) -> None:
    _, by_country = both
    path = "/api/v1/cycles/{cycle_id}/published-pairs"
    pairs = by_country.call("GET", path, by_country.inside).json()
    assert [(pair["coachee"]["name"], pair["coach"]) for pair in pairs] == [
        (f"{OWN}Learner{n}", {"code": f"K-{n}", "id": None, "name": None, "country": None})
        for n in (1, 2)
    ]
    assert {each["coach_reply"] for pair in pairs for each in pair["sessions"]} == {None}
    assert {each["coachee_reply"] for pair in pairs for each in pair["sessions"]} == {"none"}


def test_no_link_is_created_because_its_page_names_the_other_side(
    both: tuple[Limited, Limited],
) -> None:
    by_cycle, by_country = both
    for path in ("/people/{person_id}/link", "/api/v1/people/{person_id}/link"):
        refused = by_country.call("POST", path, by_country.inside)
        assert refused.status_code == HTTPStatus.FORBIDDEN
    assert by_cycle.call("POST", path, by_cycle.inside).is_success


def test_counts_are_those_of_the_people_seen(both: tuple[Limited, Limited]) -> None:
    by_cycle, by_country = both
    (one,), (other,) = (
        each.call("GET", "/api/v1/cycles", {}).json() for each in (by_cycle, by_country)
    )
    assert (one["coachees"], one["coaches"]) == (3, 2)
    assert (other["coachees"], other["coaches"]) == (3, 0)
    people = by_country.call("GET", "/api/v1/cycles/{cycle_id}/people", by_country.inside)
    assert {each["brief"]["country"] for each in people.json()} == {"RS"}
    assert people.headers.get("X-Total-Count", "3") == "3"


def test_a_person_is_not_moved_beyond_the_limits(both: tuple[Limited, Limited]) -> None:
    _, by_country = both
    path = f"/api/v1/people/{by_country.inside['person_id']}/cells"
    headers = {"Authorization": f"Bearer {by_country.token}", "If-Match": "*"}
    moved = by_country.client.patch(path, json={"country": "SE"}, headers=headers)
    assert moved.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    changed = by_country.client.patch(path, json={"unit": "Any unit"}, headers=headers)
    assert changed.json()["cells"]["unit"] == "Any unit"


def test_a_feed_has_only_the_sessions_within_the_limits(
    shared: SharedServer, both: tuple[Limited, Limited]
) -> None:
    by_cycle, by_country = both
    world, owner = shared.world, {}
    with world.database.reading() as tx:
        for name in ("by cycle", "by country"):
            owner[name] = tx.scalars(select(UserRow.id).where(UserRow.name == name)).one()
    for user_id in owner.values():
        principal = Principal(AccessRole.MANAGER, user_id=user_id)
        feed = feeds.create_feed(world.services, principal)
        text = shared.client.get("/feeds/" + feed.address.rpartition("/")[2]).text
        assert f"Cycle {OWN}" in text
        assert BEYOND not in text
    with world.database.writing() as tx:  # limits apply from the next time a feed is fetched
        row = tx.get_one(UserRow, owner["by country"])
        row.limits = '{"cycles": null, "countries": ["AL"]}'
    assert "BEGIN:VEVENT" not in shared.client.get("/feeds/" + feed.address.rpartition("/")[2]).text
    assert by_country.call("GET", "/api/v1/cycles", {}).json()[0]["coachees"] == 0
    assert by_cycle.call("GET", "/api/v1/cycles", {}).json()[0]["coachees"] == 3
