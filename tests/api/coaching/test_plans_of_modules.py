"""Pairs' module plans: suggestions, changes by coaches, and visibility."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, update

from api.coaching.curriculum import changes
from api.coaching.curriculum.changes import Approval
from api.coaching.curriculum.rows import PlannedModuleRow, SyllabusRow
from api.data_protection import subject_access
from api.http.urls import API
from api.mail.rows import MailRow
from api.sessions import schedule
from api.sessions.rows import SessionRow, SessionState
from coach.folding import folded

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    import httpx
    from conftest import World

    from api.settings import Settings
    from tests.mail_server import MailServer

MODULE: dict[str, Any] = {
    "code": "C1",
    "title": {"en": "Our own module"},
    "level": "basic",
    "order": 20,
    "minutes": 45,
    "objectives": [{"text": {"en": "Know it"}}, {"text": {"en": "Do it"}}],
}
SUGGESTED = {f"B{number}": 1 for number in range(1, 5)} | {f"B{n}": 2 for n in range(5, 9)}


@pytest.fixture
def pair(world: World) -> Pair:
    """Return a cycle in which C-1 has two sessions with K-1, and C-2 with K-2."""
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1", "C-2": "K-2"}))
    return Pair(world, cycle_id)


class Pair:
    """The pair C-1 and K-1, with everyone's links and verified devices."""

    def __init__(self, world: World, cycle_id: str) -> None:
        self.world = world
        self.cycle_id = cycle_id
        with world.database.reading() as tx:
            sessions = schedule.cycle_schedule(tx, cycle_id)
        self.first, self.second = (one.id for one in sessions if one.coachee.code == "C-1")
        self.coachee_id = world.person_id(cycle_id, "C-1")

    def home(self, code: str) -> str:
        """Return the URL of a person's pages."""
        return f"/p/{self.world.link(self.cycle_id, code).secret}"

    def headers(self, code: str, *, verified: bool = True) -> dict[str, str]:
        """Return the headers with which a person calls the API."""
        link = {"Authorization": f"Bearer {self.world.link(self.cycle_id, code).secret}"}
        return link | (self.device(code) if verified else {})

    def device(self, code: str) -> dict[str, str]:
        """Return the header that identifies a verified device."""
        return {"X-Device-Key": self.world.device_key(self.cycle_id, code)}

    def plan(self, client: httpx.Client, code: str = "K-1") -> Any:  # noqa: ANN401 - any JSON
        """Return the pair's plan as shown to a person."""
        return client.get(self.url, headers=self.headers(code)).json()

    @property
    def url(self) -> str:
        """The API URL of the plan."""
        return f"{API}/sessions/{self.first}/modules"


def test_pair_follows_the_suggestion_for_its_course_until_the_coach_changes_it(
    pair: Pair, client: httpx.Client
) -> None:
    plan = pair.plan(client)
    assert plan["planned"] == SUGGESTED
    assert (plan["course"], plan["by_coach"], plan["version"]) == ("basic", False, 0)
    given = {"version": 0, "course": "basic", "planned": {"B1": 2, "A1": 1}}
    changed = client.put(pair.url, json=given, headers=pair.headers("K-1")).json()
    assert changed["planned"] == {"B1": 2, "A1": 1}
    assert pair.plan(client, "C-1") == changed
    assert (changed["by_coach"], changed["version"]) == (True, 1)
    late = client.put(pair.url, json=given, headers=pair.headers("K-1"))
    assert late.status_code == HTTPStatus.PRECONDITION_FAILED
    other = client.get(
        f"{API}/cycles/{pair.cycle_id}/curriculum", headers=pair.headers("K-1")
    ).status_code
    assert other == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize(
    "given",
    [
        {"version": 0, "course": "basic", "planned": {"B1": 3}},
        {"version": 0, "course": "basic", "planned": {"B1": 0}},
        {"version": 0, "course": "basic", "planned": {"X1": 1}},
        {"version": 0, "course": "basic", "planned": {"B5": 1, "B6": 2}},
        {"version": 0, "course": "expert", "planned": {}},
    ],
)
def test_plan_with_unknown_or_retired_modules_or_sessions_is_refused_whole(
    pair: Pair, office: httpx.Client, client: httpx.Client, given: dict[str, Any]
) -> None:
    start = {"version": 0, "course": "basic", "planned": {"B1": 1}}
    assert client.put(pair.url, json=start, headers=pair.headers("K-1")).is_success
    office.put(f"{API}/modules/B5/retirement")
    given = given | {"version": 1}
    answer = client.put(pair.url, json=given, headers=pair.headers("K-1"))
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert pair.plan(client)["planned"] == {"B1": 1}


def test_coach_plans_on_a_page_and_the_coachee_sees_agendas(
    pair: Pair, client: httpx.Client
) -> None:
    changes.approve_objectives(pair.world.services, "B1", Approval(version=0, objectives=(0,)))
    page, key = f"{pair.home('K-1')}/sessions/{pair.first}/modules", pair.device("K-1")
    shown = client.get(page, headers=key).text
    assert "Sex, gender, gender roles and relations" in shown
    assert "225 of 90 minutes" in shown or "255 of 90 minutes" in shown
    form = {"version": "0", "course": "basic", "session.B1": "1", "session.B3": "1"}
    saved = client.post(page, data=form | {"session.B2": ""}, headers=key)
    assert saved.status_code == HTTPStatus.SEE_OTHER
    assert "The plan has been saved" in client.get(saved.headers["location"], headers=key).text
    home, device = pair.home("C-1"), pair.device("C-1")
    session = client.get(f"{home}/sessions/{pair.first}", headers=device).text
    assert "Discrimination and sexism" in session
    assert "Distinguish sex from gender" in session
    assert "Name the roles that are expected" not in session  # not approved
    assert "/modules" not in session
    assert "Stereotypes" not in client.get(f"{home}/curriculum", headers=device).text
    late = client.post(page, data=form, headers=key)
    assert late.status_code == HTTPStatus.CONFLICT
    assert 'value="1" selected' in " ".join(late.text.split()).replace(' selected="selected"', "")


def test_modules_are_named_only_to_people_who_have_proved_who_they_are(
    pair: Pair,
    server: MailServer,
    serve: Callable[[Settings], AbstractContextManager[httpx.Client]],
) -> None:
    settings = pair.world.services.settings.model_copy(update={"mail": server.settings})
    given = {"version": 0, "course": "basic", "planned": {"B3": 1, "B4": 1}}
    with serve(settings) as client:
        unverified = pair.headers("K-1", verified=False)
        refused = client.put(pair.url, json=given, headers=unverified)
        assert refused.status_code == HTTPStatus.FORBIDDEN
        assert client.put(pair.url, json=given, headers=pair.headers("K-1")).is_success
        for code in ("C-1", "K-1"):
            page = f"{pair.home(code)}/sessions/{pair.first}"
            by_link = client.get(page).text
            assert "your link alone is not enough" in by_link
            assert "gender" not in by_link.lower()
            assert "Discrimination" not in by_link
            assert "Discrimination" in client.get(page, headers=pair.device(code)).text
            overview = f"{pair.home(code)}/curriculum"
            assert "Discrimination" not in client.get(overview, follow_redirects=True).text
            assert "Discrimination" in client.get(overview, headers=pair.device(code)).text


def test_only_the_coach_of_the_coming_sessions_changes_the_plan(
    pair: Pair, client: httpx.Client
) -> None:
    given = {"version": 0, "course": "basic", "planned": {}}
    for code, status in (
        ("C-1", HTTPStatus.FORBIDDEN),
        ("K-2", HTTPStatus.NOT_FOUND),
        ("C-2", HTTPStatus.FORBIDDEN),
    ):
        answer = client.put(pair.url, json=given, headers=pair.headers(code))
        assert answer.status_code == status, code
    with pair.world.database.writing() as tx:
        another = pair.world.person_id(pair.cycle_id, "K-2")
        tx.execute(update(SessionRow).where(SessionRow.id == pair.second).values(coach_id=another))
    answer = client.put(pair.url, json=given, headers=pair.headers("K-1"))
    assert answer.status_code == HTTPStatus.FORBIDDEN
    url = f"{API}/sessions/{pair.second}/modules"
    assert client.put(url, json=given, headers=pair.headers("K-2")).is_success
    assert pair.plan(client)["planned"] == {}
    names = client.get(f"{pair.home('K-1')}/curriculum", headers=pair.device("K-1")).text
    assert "Coachee 1" not in names


def test_coachee_without_sessions_that_take_place_has_no_plan(
    pair: Pair, client: httpx.Client
) -> None:
    with pair.world.database.writing() as tx:
        tx.execute(update(SessionRow).values(state=SessionState.CANCELLED))
    answer = client.get(pair.url, headers=pair.headers("K-1"))
    assert answer.status_code == HTTPStatus.NOT_FOUND
    page = client.get(f"{pair.home('C-1')}/curriculum", headers=pair.device("C-1")).text
    assert "You have no sessions yet" in page


def test_changes_of_the_curriculum_leave_plans_of_pairs_with_sessions(
    pair: Pair, office: httpx.Client, client: httpx.Client
) -> None:
    office.put(f"{API}/modules/B1/retirement")
    office.post(f"{API}/modules", json=MODULE)
    assert pair.plan(client)["planned"] == SUGGESTED
    wanted = {"version": 1, "course": "basic"}
    again = client.post(f"{pair.url}/suggestion", json=wanted, headers=pair.headers("K-1")).json()
    assert again["planned"].keys() == SUGGESTED.keys() - {"B1"} | {"C1"}
    refused = office.delete(f"{API}/modules/C1")
    assert refused.status_code == HTTPStatus.CONFLICT
    retired = office.put(f"{API}/modules/C1/retirement").json()
    assert retired["retired_at"]
    assert "C1" in pair.plan(client)["planned"]


def test_own_module_that_is_only_suggested_counts_as_planned(
    pair: Pair, office: httpx.Client
) -> None:
    with pair.world.database.writing() as tx:
        tx.execute(update(SessionRow).values(state=SessionState.CANCELLED))
    office.post(f"{API}/modules", json=MODULE)  # while nobody has sessions
    with pair.world.database.writing() as tx:
        tx.execute(update(SessionRow).values(state=SessionState.CONFIRMED))
    assert office.delete(f"{API}/modules/C1").status_code == HTTPStatus.CONFLICT
    with pair.world.database.reading() as tx:
        assert tx.scalar(select(func.count()).select_from(SyllabusRow)) == 0  # nothing is stored


def test_course_of_a_cycle_applies_to_pairs_whose_coach_has_not_changed_the_plan(
    pair: Pair, office: httpx.Client, client: httpx.Client
) -> None:
    given = {"version": 0, "course": "basic", "planned": {"B1": 1}}
    other = f"{API}/sessions/{pair.second}/modules"
    assert client.put(other, json=given, headers=pair.headers("K-1")).is_success
    office.post(f"{API}/modules", json=MODULE)  # which stores the suggestion for the other pair
    page = f"/cycles/{pair.cycle_id}/curriculum"
    assert office.post(page, data={"course": "advanced"}).status_code == HTTPStatus.SEE_OTHER
    pairs = office.get(f"{API}{page}").json()
    found = [
        (one["coachee"], one["course"], one["by_coach"], one["planned"]) for one in pairs["pairs"]
    ]
    assert pairs["course"] == "advanced"
    assert found == [("Coachee 1", "basic", True, 1), ("Coachee 2", "advanced", False, 6)]
    shown = office.get(page).text
    assert "changed by the coach" in shown
    assert "as suggested" in shown


def test_emails_name_no_modules(pair: Pair, office: httpx.Client) -> None:
    with pair.world.database.reading() as tx:
        mails = list(tx.scalars(select(MailRow.id).where(MailRow.cycle_id == pair.cycle_id)))
    titles = [one["module"]["title"]["en"] for one in office.get(f"{API}/modules").json()]
    assert mails
    for mail in mails:
        page = office.get(f"/cycles/{pair.cycle_id}/messages/{mail}")
        assert page.status_code == HTTPStatus.OK
        assert not [title for title in titles if title in page.text]


def test_progress_of_a_cycle_costs_the_same_queries_for_any_number_of_pairs(
    world: World, office: httpx.Client, count_queries: Callable[[], int]
) -> None:
    costs = []
    for pairs in ({"C-1": "K-1"}, {"C-1": "K-1", "C-2": "K-2", "C-3": "K-1"}):
        cycle_id = world.cycle()
        world.published(cycle_id, world.result(pairs))
        office.get(f"{API}/cycles/{cycle_id}/curriculum")
        count_queries()
        listed = office.get(f"{API}/cycles/{cycle_id}/curriculum").json()["pairs"]
        names = [one["coachee"] for one in listed]
        assert len(names) == len(pairs)
        assert names == sorted(names, key=folded)
        costs.append(count_queries())
    assert costs[0] == costs[1]


def test_plan_goes_with_the_coachee(pair: Pair, client: httpx.Client) -> None:
    given = {"version": 0, "course": "basic", "planned": {"B1": 1}}
    client.put(pair.url, json=given, headers=pair.headers("K-1"))
    services, coach_id = pair.world.services, pair.world.person_id(pair.cycle_id, "K-1")
    plan = subject_access.export_person(services, pair.coachee_id).plan_of_modules
    assert plan is not None
    assert plan.planned == {"B1": 1}
    assert subject_access.export_person(services, coach_id).plan_of_modules is None
    with pair.world.database.writing() as tx:
        tx.execute(update(SessionRow).values(state=SessionState.CANCELLED))
    subject_access.erase_one_person(services, coach_id)
    with pair.world.database.reading() as tx:
        assert tx.get(SyllabusRow, pair.coachee_id) is not None
    subject_access.erase_one_person(services, pair.coachee_id)
    with pair.world.database.reading() as tx:
        assert tx.scalars(select(PlannedModuleRow)).all() == []
        assert tx.scalars(select(SyllabusRow)).all() == []
