"""Reporting on a session has the same effect through the API and on pages."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx
import pytest
from sqlalchemy import event

from api.coaching.instruments.sheets import store_text
from api.http.principal import AccessRole, Principal, Verification
from api.session_reports import service as reports
from api.sessions import schedule
from coach.feedback import Note, SharedRecord
from tests.api.both_ways import changed_rows
from tests.api.notebook_calls import begin_notebook
from tests.instruments import AFTER_SESSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import World

API = "/api/v1"
RECORD = {"attendance": "held", "session_date": "2026-01-28", "topic": "x", "next_focus": "y"}
NOTE = "a confidence 5d0e"
FEEDBACK = {"attendance": "held", "answers": {"useful": 4}, "text": "useful"}
FEEDBACK_FORM = {"attendance": "held", "q.useful": "4", "text": "useful"}


@dataclass
class Person:
    """A person with a secret link and a browser, about to report on one session."""

    browser: httpx.Client
    link: str
    session_id: str

    @property
    def page(self) -> str:
        return f"/p/{self.link}/sessions/{self.session_id}"

    def put(self, rest: str, body: dict[str, object]) -> httpx.Response:
        return self.browser.put(
            f"{API}/sessions/{self.session_id}{rest}", json=body, headers=self.bearer
        )

    def get(self, rest: str) -> httpx.Response:
        return self.browser.get(f"{API}/sessions/{self.session_id}{rest}", headers=self.bearer)

    def post_json(self, path: str, body: dict[str, object] | None = None) -> httpx.Response:
        return self.browser.post(f"{API}{path}", json=body, headers=self.bearer)

    def post_form(self, url: str, **fields: object) -> httpx.Response:
        return self.browser.post(url, data=fields)

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.link}"}


@pytest.fixture
def people(world: World, client: httpx.Client) -> Iterator[Callable[[str], tuple[Person, Person]]]:
    """Return a function that creates two people in the same situation, in separate cycles.

    Each has taken part in a session.
    """
    with ExitStack() as browsers:

        def person(code: str) -> Person:
            cycle_id, session_id = _cycle_with_past_session(world)
            browser = browsers.enter_context(httpx.Client(base_url=client.base_url, timeout=30))
            browser.headers["Origin"] = str(client.base_url).rstrip("/")
            return Person(browser, world.link(cycle_id, code).secret, session_id)

        yield lambda code: (person(code), person(code))


def _cycle_with_past_session(world: World) -> tuple[str, str]:
    cycle_id = world.cycle()
    world.published(cycle_id, _past(world.result({"C-1": "K-1"}, sessions=1)))
    with world.database.reading() as tx:
        return cycle_id, schedule.cycle_schedule(tx, cycle_id)[0].id


def _past(result: object) -> object:
    match = result.matches[0]
    (session,) = match.sessions
    start = datetime.now(UTC) - timedelta(days=300)
    moved = session.model_copy(update={"start": start, "end": start + timedelta(hours=1)})
    return result.model_copy(update={"matches": (match.model_copy(update={"sessions": (moved,)}),)})


def _code_in(page: str) -> str:
    return page.partition("<code>")[2].partition("</code>")[0].strip()


def test_a_first_note_starts_a_notebook_with_a_recovery_code_by_json_and_on_the_page(
    world: World, people: Callable[[str], tuple[Person, Person]]
) -> None:
    by_json, by_page = people("K-1")
    codes: dict[str, str] = {}

    def write_by_json() -> None:
        codes["json"] = begin_notebook(by_json.browser, by_json.bearer)
        by_json.put("/record", RECORD)
        assert by_json.put("/note", {"text": NOTE}).json().keys() == {
            "session_id",
            "text",
            "version",
            "written_at",
        }

    def write_on_page() -> None:
        form = {**RECORD, "private": NOTE}
        codes["page"] = _code_in(by_page.post_form(f"{by_page.page}/note", **form).text)
        by_page.post_form(f"{by_page.page}/note", **form, recovery_code=codes["page"])

    assert changed_rows(world, write_by_json) == changed_rows(world, write_on_page)
    for person, code in ((by_json, codes["json"]), (by_page, codes["page"])):
        assert person.get("/note").json()["text"] == NOTE, "the device has the key in a cookie"
        person.browser.cookies.clear()
        assert person.get("/note").status_code == HTTPStatus.FORBIDDEN
        opened = person.post_json("/me/notes/open", {"passphrase": code})
        assert opened.status_code == HTTPStatus.OK
        assert person.get("/note").json()["text"] == NOTE


def test_a_later_note_is_stored_the_same_way_by_json_and_on_the_page(
    world: World, people: Callable[[str], tuple[Person, Person]]
) -> None:
    by_json, by_page = people("K-1")
    for person in (by_json, by_page):
        begin_notebook(person.browser, person.bearer)
        person.put("/record", RECORD)
        person.put("/note", {"text": NOTE})
    answers: dict[str, httpx.Response] = {}

    def write_by_json() -> None:
        by_json.put("/record", RECORD)
        answers["json"] = by_json.put("/note", {"text": "later"})

    def write_on_page() -> None:
        answers["page"] = by_page.post_form(f"{by_page.page}/note", **RECORD, private="later")

    assert changed_rows(world, write_by_json) == changed_rows(world, write_on_page)
    assert answers["json"].json()["version"] == 2
    assert answers["page"].status_code == HTTPStatus.SEE_OTHER


def test_a_note_in_a_closed_notebook_is_refused_by_json_and_on_the_page(
    world: World, people: Callable[[str], tuple[Person, Person]]
) -> None:
    by_json, by_page = people("K-1")
    for person in (by_json, by_page):
        begin_notebook(person.browser, person.bearer)
        person.put("/note", {"text": NOTE})
        person.browser.cookies.clear()

    def write_by_json() -> None:
        assert by_json.put("/note", {"text": "x"}).status_code == HTTPStatus.FORBIDDEN

    def write_on_page() -> None:
        refused = by_page.post_form(f"{by_page.page}/note", **RECORD, private="x")
        assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert "Nothing was saved" in refused.text

    assert not changed_rows(world, write_by_json)
    assert not changed_rows(world, write_on_page)


def test_a_new_notebook_has_a_recovery_code_by_json_and_on_the_page(
    world: World, people: Callable[[str], tuple[Person, Person]]
) -> None:
    by_json, by_page = people("K-1")
    for person in (by_json, by_page):
        begin_notebook(person.browser, person.bearer)
        person.put("/note", {"text": NOTE})
        person.browser.cookies.clear()
    codes: dict[str, str] = {}

    def start_by_json() -> None:
        started = by_json.post_json("/me/notes/afresh", {}).json()
        codes["json"] = started["recovery_code"]
        assert by_json.post_json("/me/notes/confirm", {"code": codes["json"]}).json()["is_open"]

    def start_on_page() -> None:
        codes["page"] = _code_in(by_page.post_form(f"/p/{by_page.link}/notes/afresh").text)
        by_page.post_form(f"/p/{by_page.link}/notes/confirm", recovery_code=codes["page"])

    assert changed_rows(world, start_by_json) == changed_rows(world, start_on_page)
    assert len(codes["json"]) == len(codes["page"]) > 0


def test_a_notebook_is_started_the_same_way_on_the_page_of_the_notes(
    world: World, people: Callable[[str], tuple[Person, Person]]
) -> None:
    by_json, by_page = people("K-1")

    def start_on_page() -> None:
        notes = f"/p/{by_page.link}/notes"
        code = _code_in(by_page.post_form(f"{notes}/begin").text)
        by_page.post_form(f"{notes}/confirm", recovery_code=code)

    assert changed_rows(
        world, lambda: begin_notebook(by_json.browser, by_json.bearer)
    ) == changed_rows(world, start_on_page)
    assert "Your notes are unlocked" in by_page.browser.get(f"/p/{by_page.link}/notes").text


def test_feedback_is_stored_the_same_way_by_json_and_on_the_page(
    world: World, people: Callable[[str], tuple[Person, Person]]
) -> None:
    with world.database.writing() as tx:  # the items are stored with the first answers
        store_text(tx, AFTER_SESSION, now=world.services.now())
    by_json, by_page = people("C-1")
    for _ in range(2):  # submitted, then submitted again
        assert changed_rows(world, lambda: by_json.put("/feedback", FEEDBACK)) == changed_rows(
            world, lambda: by_page.post_form(f"{by_page.page}/feedback", **FEEDBACK_FORM)
        )
    assert by_page.get("/feedback").json()["version"] == 2


def test_saving_a_session_note_queries_its_session_once(world: World) -> None:
    cycle_id, session_id = _cycle_with_past_session(world)
    coach = world.coach_with_notebook(world.person_id(cycle_id, "K-1"))
    record = SharedRecord.model_validate(RECORD)
    statements: list[str] = []

    def save(text: str) -> list[str]:
        statements.clear()
        reports.save_session_note(world.services, coach, session_id, record, Note(text=text))
        return list(statements)

    def listen(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "pg_advisory_xact_lock" not in statement:  # the writers' lock, used only on PostgreSQL
            statements.append(" ".join(statement.split()))

    event.listen(world.database.engine, "before_cursor_execute", listen)
    try:
        save("first")
        changed, unchanged = save("second"), save("second")
    finally:
        event.remove(world.database.engine, "before_cursor_execute", listen)
    assert sum("FROM sessions WHERE" in statement for statement in changed) == 1
    assert len(changed) == 22
    assert len(unchanged) == 14, "an unchanged note is not written again"


def test_one_reading_serves_the_pages_of_the_office_and_of_participants(
    world: World, count_queries: Callable[[], int]
) -> None:
    cycle_id, session_id = _cycle_with_past_session(world)
    coach_id = world.person_id(cycle_id, "K-1")

    def read(principal: Principal) -> tuple[reports.SessionWithReports, int]:
        count_queries()
        found = reports.read_session_with_reports(world.services, principal, session_id)
        return found, count_queries()

    by_office, office_queries = read(Principal(AccessRole.MANAGER))
    coach = Principal(AccessRole.COACH, person_id=coach_id, verification=Verification.CODE)
    by_coach, coach_queries = read(coach)
    assert by_office.cycle is not None
    assert by_office.cycle.id == cycle_id
    assert by_coach.cycle is None, "a participant's page does not name the cycle"
    assert by_office.session.id == by_coach.session.id == session_id
    assert (office_queries, coach_queries) == (5, 3)
