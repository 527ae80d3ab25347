"""The programme office's pages, over HTTP and without scripts."""

from __future__ import annotations

import io
import re
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx
import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine, event

from api.web.templating import environment
from coach.objective import ObjectiveLevel
from coach.texts.renderer import english
from matching.facts.changes import GETS_A_COACH, ONE_MORE_PLACE
from matching.result import FunnelStep, LevelOutcome, Remedy, Unmatched
from matching.rules import RULES
from tests.api.notebook_calls import begin_notebook
from tests.texts import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import SharedServer, World

OWN = {"Sec-Fetch-Site": "same-origin"}
GOOD_CYCLE = b'[cycle]\nname = "Autumn"\nstart = 2027-09-01\nend = 2028-02-28\n'


@pytest.fixture
def browser(shared: SharedServer) -> Iterator[httpx.Client]:
    """Return a client in which a programme manager is signed in."""
    with httpx.Client(base_url=shared.client.base_url, headers=OWN, timeout=30) as browser:
        shared.world.sign_in(browser)
        yield browser


def text(answer: httpx.Response) -> str:
    return " ".join(answer.text.split())


def whole_plan(world: World, cycle_id: str) -> str:
    """Store a draft plan with a level, two matches and an unmatched coachee; return its id."""
    result = world.result({"C-1": "K-1", "C-2": "K-2"}).model_copy(
        update={
            "status": "feasible",
            "levels": (LevelOutcome(name=ObjectiveLevel.PLACED, value=2, bound=3, proven=False),),
            "unmatched": (
                Unmatched(
                    coachee="C-3",
                    reason="all-taken",
                    funnel=(FunnelStep(rule="language", left=2), FunnelStep(rule="rank", left=1)),
                    remedies=(
                        Remedy(
                            change=ONE_MORE_PLACE(coach="K-1"), effect=GETS_A_COACH(coachee="C-3")
                        ),
                    ),
                ),
            ),
        }
    )
    return world.plan(cycle_id, result)


def test_an_anonymous_visitor_gets_sign_in_instructions(shared: SharedServer) -> None:
    with httpx.Client(base_url=shared.client.base_url) as stranger:
        answer = stranger.get("/")
    assert answer.status_code == HTTPStatus.UNAUTHORIZED
    assert 'href="/sign-in?go_on_to=%2F"' in answer.text


def test_opening_a_sign_in_link_does_not_use_it_up(shared: SharedServer) -> None:
    secret = shared.world.sign_in_secret()
    with httpx.Client(base_url=shared.client.base_url, headers=OWN) as browser:
        for _ in range(3):
            assert "works once" in text(browser.get(f"/sign-in/{secret}"))
        assert browser.post(f"/sign-in/{secret}").status_code == HTTPStatus.SEE_OTHER
        assert "Cycles" in browser.get("/").text


def test_a_cycle_is_created_from_its_file(browser: httpx.Client) -> None:
    answer = browser.post("/cycles", files={"file": ("autumn.toml", GOOD_CYCLE)})
    assert answer.status_code == HTTPStatus.SEE_OTHER
    page = text(browser.get(answer.headers["location"]))
    assert "Autumn" in page
    assert "Wednesday 1 September 2027 to Monday 28 February 2028" in page
    assert "Upload the lists first." in page
    assert "Start a run" not in page


def test_a_cycle_file_with_faults_is_refused_with_their_locations(browser: httpx.Client) -> None:
    bad = b"[cycle]\nstart = 2027-09-01\nend = 2027-08-01\n\n[sessions]\ncuont = 4\n"
    answer = browser.post("/cycles", files={"file": ("bad.toml", bad)})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    page = text(answer)
    assert "The file was not uploaded" in page
    assert "bad.toml" in page
    assert re.search(r'data-label="Row">6</td>', page)
    assert "cuont" in page


def test_lists_with_faults_change_nothing_and_are_refused_with_locations(
    browser: httpx.Client, shared: SharedServer
) -> None:
    cycle_id = shared.world.cycle(coachees=3)
    files = {
        "coachees": ("leaders.csv", b"id,name\nC-1,<script>alert(1)</script>\n"),
        "coaches": ("coaches.csv", b"id,name\n"),
    }
    answer = browser.post(f"/cycles/{cycle_id}/people", files=files)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    page = text(answer)
    assert "leaders.csv" in page
    assert "coaches.csv" in page
    assert "<script>alert" not in page
    assert "Coachee 1" in browser.get(f"/cycles/{cycle_id}/people").text


def test_a_new_policy_with_faults_shows_them_beside_its_form(
    browser: httpx.Client, shared: SharedServer
) -> None:
    cycle_id = shared.world.cycle()
    pinned = GOOD_CYCLE + b'\n[pins]\n"C-99" = "K-1"\n'
    answer = browser.post(f"/cycles/{cycle_id}/policy", files={"file": ("next.toml", pinned)})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "C-99" in text(answer)
    taken = browser.post(f"/cycles/{cycle_id}/policy", files={"file": ("next.toml", GOOD_CYCLE)})
    assert taken.status_code == HTTPStatus.SEE_OTHER
    assert "Autumn" in browser.get(f"/cycles/{cycle_id}").text


def test_people_are_listed_and_a_link_is_shown_once(
    browser: httpx.Client, shared: SharedServer
) -> None:
    cycle_id = shared.world.cycle()
    listed = text(browser.get(f"/cycles/{cycle_id}/people"))
    assert "Country/territory" in listed
    assert "Serbia" in listed
    assert "/p/" not in listed
    person = shared.world.person_id(cycle_id, "C-1")
    created = text(browser.post(f"/people/{person}/link"))
    (address,) = set(re.findall(r'value="(http[^"]+/p/[^"]+)"', created))
    secret = address.rpartition("/p/")[2]
    assert shared.client.get(f"/p/{secret}").status_code == HTTPStatus.OK
    browser.post(f"/people/{person}/link")
    assert shared.client.get(f"/p/{secret}").status_code == HTTPStatus.NOT_FOUND


def test_a_run_is_started_and_followed_without_scripts(
    browser: httpx.Client, shared: SharedServer
) -> None:
    cycle_id = shared.world.cycle()
    started = browser.post(f"/cycles/{cycle_id}/runs", data={"time_limit_seconds": "20"})
    assert started.status_code == HTTPStatus.SEE_OTHER
    page = text(browser.get(started.headers["location"]))
    assert "waiting to start" in page
    assert "http-equiv" not in page
    assert f'href="{started.headers["location"]}"' in page
    assert "Time limit: 20 seconds" in page
    second = browser.post(f"/cycles/{cycle_id}/runs", data={"time_limit_seconds": "20"})
    assert second.status_code == HTTPStatus.CONFLICT
    assert "has not ended yet" in text(second)
    stopped = browser.post(f"{started.headers['location']}/cancel")
    page = text(browser.get(stopped.headers["location"]))
    assert "cancelled" in page
    assert "refresh" not in page


def test_a_plan_is_shown_with_its_reasons_and_published(
    browser: httpx.Client, shared: SharedServer
) -> None:
    cycle_id = shared.world.cycle()
    plan_id = whole_plan(shared.world, cycle_id)
    page = text(browser.get(f"/plans/{plan_id}"))
    for words in (
        "2 of 3</b> coachees have a coach",
        "the time limit was reached first",
        "at most 3 is possible",
        "300 of 300 points",
        "2 sessions, Wed 27 Jan 2027 to Wed 3 Feb 2027",
        "other coachees need their places",
        "1 change would help",
        "Publish this plan",
    ):
        assert words in page, words
    assert page.count('class="mark"') == 4
    people = set(re.findall(rf'href="(/plans/{plan_id}/people/\w+)"', page))
    assert len(people) == 3
    coachees = " ".join(text(browser.get(person)) for person in people)
    for words in ("both speak Serbian", "one more place with Coach 1 (K-1)", "language: 2"):
        assert words in coachees, words
    coaches = text(browser.get(f"/plans/{plan_id}/coaches?sort=free"))
    assert coaches.count("1 of 3") == 2
    published = browser.post(f"/plans/{plan_id}/publish")
    sessions = text(browser.get(published.headers["location"]))
    assert sessions.count("no reply yet") == 2 * 4
    assert "Publish this plan" not in browser.get(f"/plans/{plan_id}").text
    again = browser.post(f"/plans/{plan_id}/publish")
    assert again.status_code == HTTPStatus.CONFLICT
    assert "reload the page to see the current state" in text(again)
    mails = browser.get(f"/cycles/{cycle_id}/messages").text
    (introduction, invitation, *others) = re.findall(r'href="(/api/v1/outbox/[^"]+\.eml)"', mails)
    assert len(others) == 10
    assert b"multipart/alternative" in browser.get(introduction).content
    assert b"multipart/mixed" in browser.get(invitation).content


def test_the_office_reads_records_and_feedback_but_no_notes(
    browser: httpx.Client, shared: SharedServer
) -> None:
    world, cycle_id = shared.world, shared.world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1"}))
    coachee, coach = (f"/p/{world.link(cycle_id, code).secret}" for code in ("C-1", "K-1"))
    listed = browser.get(f"/cycles/{cycle_id}/sessions").text
    session = re.findall(r'href="(/sessions/[0-9a-f]+)"', listed)[0]
    with httpx.Client(base_url=shared.client.base_url, headers=OWN) as people:
        begin_notebook(people, {"Authorization": f"Bearer {coach.removeprefix('/p/')}"})
        people.post(
            f"{coach}{session}/note",
            data={
                "attendance": "delegate_attended",
                "session_date": "2026-01-28",
                "topic": "Recruitment",
                "private": "my private words",
            },
        )
        assert "my private words" in people.get(f"{coach}{session}").text
        people.post(
            f"{coachee}{session}/feedback",
            data={"attendance": "delegate_attended", "text": "She liked it"},
        )
        people.post(
            f"{coachee}{session}/reply", data={"reply": "declined", "comment": "Next week?"}
        )
    page = text(browser.get(session))
    for words in ("Recruitment", "She liked it", "Next week?", "declined", "delegate attended"):
        assert words in page, words
    for address in (session, f"/cycles/{cycle_id}/sessions", f"/cycles/{cycle_id}"):
        assert "my private words" not in browser.get(address).text
    assert f"{session}/note" not in page
    overview = text(browser.get(f"/cycles/{cycle_id}/sessions"))
    assert "had declined" in overview, "after the session, the record replaces the reply"
    assert "<b>0</b> declined" in overview
    assert "<b>2</b> replies missing" in overview


def test_declined_sessions_are_highlighted_before_they_take_place(
    browser: httpx.Client, shared: SharedServer
) -> None:
    world, cycle_id = shared.world, shared.world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1"}))
    coachee = f"/p/{world.link(cycle_id, 'C-1').secret}"
    sessions = f"/cycles/{cycle_id}/sessions"
    (session, *_) = re.findall(r'href="(/sessions/[0-9a-f]+)"', browser.get(sessions).text)
    decline = {"reply": "declined", "comment": "Next week?"}
    with httpx.Client(base_url=shared.client.base_url, headers=OWN) as person:
        person.post(f"{coachee}{session}/reply", data=decline)
    overview = text(browser.get(sessions))
    assert "<b>1</b> declined" in overview
    assert "<b>3</b> replies missing" in overview
    assert "“Next week?”" in overview


def test_a_plan_can_be_saved_as_report_and_workbook(
    browser: httpx.Client, shared: SharedServer
) -> None:
    plan_id = whole_plan(shared.world, shared.world.cycle())
    report = browser.get(f"/plans/{plan_id}/report.html")
    assert report.headers["content-disposition"] == 'attachment; filename="report.html"'
    assert "one more place with Coach 1 (K-1)" in report.text
    workbook = browser.get(f"/plans/{plan_id}/schedule.xlsx")
    book = load_workbook(io.BytesIO(workbook.content))
    assert book["Schedule"].max_row == 5


def test_the_rules_page_shows_every_rule(shared: SharedServer, browser: httpx.Client) -> None:
    page = text(shared.client.get("/rules"))
    for rule in RULES:
        assert f'id="rule-{rule.name}"' in page
        assert english(rule.examples[0].reason).split("'")[0] in page.replace("&#39;", "'")
    cycle_id = shared.world.cycle()
    assert "Rules for Regional cycle 2027/1" in text(browser.get(f"/cycles/{cycle_id}/rules"))


@pytest.mark.parametrize("address", ["/plans/nope", "/runs/nope", "/cycles/nope", "/sessions/nope"])
def test_a_missing_page_is_answered_with_a_page(browser: httpx.Client, address: str) -> None:
    answer = browser.get(address)
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert answer.headers["content-type"].startswith("text/html")
    assert "there is no" in answer.text


def test_static_files_are_cached_by_browsers_under_versioned_urls(shared: SharedServer) -> None:
    first = shared.client.get("/static/style.css")
    assert first.headers["content-type"].startswith("text/css")
    assert "max-age" in first.headers["cache-control"]
    again = shared.client.get("/static/style.css", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == HTTPStatus.NOT_MODIFIED
    assert shared.client.get("/static/live.js").text.count("EventSource") == 1
    assert shared.client.get("/static/secrets.txt").status_code in {404, 422}


def test_every_template_compiles() -> None:
    names = environment(ENGLISH).list_templates(extensions=["html", "txt"])
    assert len(names) > 20
    for name in names:
        environment(ENGLISH).get_template(name)


def test_the_number_of_queries_does_not_depend_on_the_number_of_sessions(
    browser: httpx.Client, shared: SharedServer
) -> None:
    world = shared.world
    few, many = world.cycle(coachees=1), world.cycle(coachees=3)
    world.published(few, world.result({"C-1": "K-1"}, sessions=1))
    world.published(many, world.result({f"C-{n}": "K-1" for n in (1, 2, 3)}, sessions=8))
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    def cost(address: str) -> int:
        browser.get(address)  # fill the caches
        seen.clear()
        assert browser.get(address).status_code == HTTPStatus.OK
        return len(seen)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        for rest in ("", "/people", "/sessions", "/messages"):
            assert cost(f"/cycles/{few}{rest}") == cost(f"/cycles/{many}{rest}") > 0, rest
        one, all_three = (f"/p/{world.link(each, 'K-1').secret}" for each in (few, many))
        assert cost(one) == cost(all_three) > 0
    finally:
        event.remove(Engine, "before_cursor_execute", note)
