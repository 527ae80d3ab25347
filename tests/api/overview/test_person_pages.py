"""Personal pages behind a secret link, over HTTP and without scripts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
import vobject

from matching.result import Result
from tests.api.notebook_calls import begin_notebook

if TYPE_CHECKING:
    import httpx
    from conftest import SharedServer, World

MARK = "only for my own eyes 7f3a"


@dataclass
class Pair:
    """A coachee and a coach with published sessions, and the URLs of their pages."""

    client: httpx.Client
    coachee: str
    coach: str
    sessions: list[str]

    def get(self, home: str, rest: str = "") -> str:
        answer = self.client.get(f"{home}{rest}")
        assert answer.status_code == HTTPStatus.OK, answer.text
        return " ".join(answer.text.split())

    def post(self, home: str, rest: str, **fields: str) -> httpx.Response:
        headers = {"Sec-Fetch-Site": "same-origin"}
        return self.client.post(f"{home}{rest}", data=fields, headers=headers)

    def session(self, home: str, number: int = 0) -> str:
        return f"{home}/sessions/{self.sessions[number]}"


def moved(result: Result, by: timedelta) -> Result:
    """Return a result with all sessions moved by `by`."""
    return result.model_copy(
        update={
            "matches": tuple(
                match.model_copy(
                    update={
                        "sessions": tuple(
                            each.model_copy(update={"start": each.start + by, "end": each.end + by})
                            for each in match.sessions
                        )
                    }
                )
                for match in result.matches
            )
        }
    )


def pair_of(world: World, client: httpx.Client, result: Result) -> Pair:
    cycle_id = world.cycle()
    world.published(cycle_id, result)
    coachee, coach = (f"/p/{world.link(cycle_id, code).secret}" for code in ("C-1", "K-1"))
    page = client.get(coachee).text
    found = re.findall(r"/sessions/([0-9a-f]+)\"", page)
    return Pair(client, coachee, coach, list(dict.fromkeys(found)))


@pytest.fixture
def pair(shared: SharedServer) -> Pair:
    """Return a pair with two future sessions."""
    return pair_of(shared.world, shared.client, shared.world.result({"C-1": "K-1", "C-2": "K-2"}))


@pytest.fixture
def past(shared: SharedServer) -> Pair:
    """Return a pair with two past sessions."""
    result = moved(shared.world.result({"C-1": "K-1"}), -timedelta(days=365))
    return pair_of(shared.world, shared.client, result)


def test_a_person_sees_only_their_own_sessions(pair: Pair) -> None:
    page = pair.get(pair.coachee)
    assert "2 sessions are awaiting your reply" in page
    assert "Session 1 of 2" in page
    assert "Wed 27 Jan 2027" in page
    assert "Session 1 of 2 with Coach 1" in page
    assert "09:00 to 10:30 CET" in page
    assert "Coach 1 (Sweden)" in pair.get(pair.session(pair.coachee))
    assert "Coach 2" not in page
    assert "Coachee 2" not in page


def test_opening_pages_changes_nothing(pair: Pair) -> None:
    for rest in ("", *(f"/sessions/{each}" for each in pair.sessions)):
        pair.get(pair.coachee, rest)
    for rest in ("/accept-all", f"/sessions/{pair.sessions[0]}/reply"):
        assert pair.client.get(pair.coachee + rest).status_code in {404, 405}
    assert "2 sessions are awaiting your reply" in pair.get(pair.coachee)


def test_accept_all_accepts_only_sessions_without_a_reply(pair: Pair) -> None:
    declined = pair.post(
        pair.session(pair.coachee), "/reply", reply="declined", comment="Thursdays suit me"
    )
    assert declined.status_code == HTTPStatus.SEE_OTHER
    answer = pair.post(pair.coachee, "/accept-all")
    assert answer.headers["location"] == pair.coachee
    page = pair.get(pair.coachee)
    assert page.count("you accepted") == 1
    assert page.count("you declined") == 1, "an earlier reply is kept"
    assert "awaiting" not in page.split("</h1>")[1].split("This page is for you only")[0]


def test_the_comment_of_a_reply_is_hidden_from_the_other_side(pair: Pair) -> None:
    pair.post(pair.session(pair.coachee), "/reply", reply="declined", comment="I am on leave <b>")
    mine = pair.get(pair.session(pair.coachee))
    assert "you declined" in mine
    assert "I am on leave &lt;b&gt;" in mine
    assert "on leave" not in pair.get(pair.session(pair.coach))


def test_an_unknown_reply_is_refused_with_a_message(pair: Pair) -> None:
    answer = pair.post(pair.session(pair.coachee), "/reply", reply="perhaps")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "The input cannot be used" in answer.text


def test_the_calendar_file_is_addressed_only_to_its_reader(pair: Pair) -> None:
    answer = pair.client.get(f"{pair.session(pair.coach)}/invitation.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    assert answer.headers["content-disposition"] == 'attachment; filename="coaching-session-1.ics"'
    event = vobject.readOne(answer.text).vevent
    (attendee,) = event.contents["attendee"]
    assert attendee.value == "mailto:k1@example.org"
    assert event.summary.value == "Coaching session 1 of 2"


def test_a_past_session_requires_a_form_instead_of_a_reply(past: Pair) -> None:
    coachee, coach = past.get(past.coachee), past.get(past.coach)
    assert "Feedback to give" in coachee
    assert "Session notes to write" in coach
    assert "/feedback" in coachee
    assert "/note" in coach
    assert "Accept" not in coachee
    session = past.get(past.session(past.coachee))
    assert "Does this time suit you" not in session


def test_the_forms_of_an_upcoming_session_are_shown_with_its_time(pair: Pair, past: Pair) -> None:
    for people, is_planned in ((pair, True), (past, False)):
        for home, form in ((people.coach, "/note"), (people.coachee, "/feedback")):
            page = people.get(people.session(home), form)
            assert "Did the session take place?" in page
            assert ("This session is planned for Wednesday 27 January 2027" in page) is is_planned


def test_an_upcoming_session_recorded_as_held_has_a_fault_beside_its_date(pair: Pair) -> None:
    note = pair.session(pair.coach)
    form = pair.get(note, "/note")
    (offered,) = re.findall(r'name="session_date" value="([0-9-]+)"', form)
    assert offered == datetime.now(ZoneInfo("Europe/Stockholm")).date().isoformat()
    fields = {"attendance": "held", "topic": "Recruitment"}
    answer = pair.post(note, "/note", **fields, session_date="2027-01-27")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Enter the date on which you met" in answer.text
    assert 'aria-describedby="fault-session_date"' in answer.text


def test_a_session_held_early_is_shown_as_held_regardless_of_the_reply(pair: Pair) -> None:
    coachee, note = pair.session(pair.coachee), pair.session(pair.coach)
    feedback = {"attendance": "held", "q.useful": "5", "text": "kept words"}
    form = pair.get(coachee, "/feedback")
    assert "disabled>Send feedback" in form
    early = pair.post(coachee, "/feedback", **feedback)
    assert early.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "You can give feedback from Wednesday 27 January 2027, 09:00" in early.text
    assert "kept words" in early.text

    pair.post(coachee, "/reply", reply="declined")
    today = datetime.now(UTC).date().isoformat()
    pair.post(note, "/note", attendance="held", session_date=today, topic="Recruitment")
    for page in (pair.get(coachee), pair.get(pair.coachee)):
        assert "you declined" not in page
        assert "</svg>held</span>" in page
    assert "Feedback to give" in pair.get(pair.coachee)
    assert "disabled" not in pair.get(coachee, "/feedback")
    assert pair.post(coachee, "/feedback", **feedback).status_code == HTTPStatus.SEE_OTHER


def test_a_session_note_shares_the_record_and_keeps_the_note(past: Pair) -> None:
    fields = {
        "attendance": "held",
        "session_date": "2026-01-28",
        "topic": "Recruitment",
        "actions.0.text": "Review the boards",
        "next_focus": "Meet personnel",
        "private": MARK,
    }
    page = past.post(past.session(past.coach), "/note", **fields).text
    code = page.partition("<code>")[2].partition("</code>")[0]
    saved = past.post(past.session(past.coach), "/note", **fields, recovery_code=code)
    assert saved.status_code == HTTPStatus.SEE_OTHER
    author = past.get(past.session(past.coach))
    reader = past.get(past.session(past.coachee))
    assert MARK in author
    assert MARK not in reader
    for words in ("Recruitment", "Review the boards", "Meet personnel", "Held"):
        assert words in author
        assert words in reader
    form = past.get(past.session(past.coach), "/note")
    assert MARK in form
    assert "Recruitment" in form
    assert past.session(past.coach) + "/note" not in past.get(past.coach), (
        "the form is no longer listed as due"
    )


def test_a_note_can_be_emptied_and_the_record_changed(past: Pair) -> None:
    fields = {"attendance": "held", "session_date": "2026-01-28", "topic": "First"}
    begin_notebook(past.client, {"Authorization": f"Bearer {past.coach.removeprefix('/p/')}"})
    past.post(past.session(past.coach), "/note", **fields, private=MARK)
    assert MARK in past.get(past.session(past.coach))
    past.post(past.session(past.coach), "/note", **(fields | {"topic": "Second"}), private="")
    page = past.get(past.session(past.coach))
    assert "Second" in page
    assert "First" not in page
    assert MARK not in page


def test_a_form_with_faults_keeps_what_was_entered(past: Pair) -> None:
    answer = past.post(
        past.session(past.coach),
        "/note",
        attendance="held",
        session_date="2026-01-28",
        private=MARK,
        **{"actions.0.text": "Keep <this>"},
    )
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    page = " ".join(answer.text.split())
    assert "Not saved yet" in page
    assert "or enter the topic of the session" in page
    assert "Keep &lt;this&gt;" in page
    assert MARK in page
    assert 'aria-describedby="fault-topic"' in page
    missing = past.post(past.session(past.coach), "/note", session_date="2026-01-28")
    assert "Choose one." in missing.text


def test_a_note_that_is_too_long_has_a_fault_beside_its_field(past: Pair) -> None:
    answer = past.post(
        past.session(past.coach),
        "/note",
        attendance="cancelled",
        session_date="2026-01-28",
        private="x" * 20_001,
    )
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'id="fault-private"' in answer.text


def test_feedback_is_shown_to_the_coachee_but_not_to_the_coach(past: Pair) -> None:
    words = "More examples please"
    sent = past.post(
        past.session(past.coachee),
        "/feedback",
        **{"attendance": "held", "q.useful": "4", "q.safe": "", "text": words},
    )
    assert sent.status_code == HTTPStatus.SEE_OTHER
    mine = past.get(past.session(past.coachee))
    assert words in mine
    assert "4 of 5: mostly true" in mine
    assert words not in past.get(past.session(past.coach))
    again = past.get(past.session(past.coachee), "/feedback")
    assert re.search(r'value="4"\s*checked', again)


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"attendance": "held"}, "Answer at least one question"),
        ({"attendance": "held", "q.useful": ""}, "Answer at least one question"),
        ({"attendance": "no_show", "q.useful": "3"}, "The session did not take place, so choose"),
        ({"attendance": "held", "q.useful": "9"}, "Choose a number from 1 to 5"),
        ({"attendance": "held", "q.useful": "x"}, "Choose a number from 1 to 5"),
        ({"q.useful": "3"}, "Choose one."),
    ],
)
def test_invalid_feedback_has_a_fault_beside_its_field(
    past: Pair, fields: dict[str, str], fault: str
) -> None:
    answer = past.post(past.session(past.coachee), "/feedback", **fields)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert fault in answer.text


def test_feedback_without_answers_is_right_for_a_session_that_did_not_take_place(
    past: Pair,
) -> None:
    form = past.session(past.coachee)
    assert past.post(form, "/feedback", attendance="held", **{"q.useful": "4"}).is_redirect
    assert past.post(form, "/feedback", attendance="cancelled", **{"q.useful": ""}).is_redirect
    assert "mostly true" not in past.get(form), "the earlier answers are gone"
    assert re.search(r'value="cancelled"\s*checked', past.get(form, "/feedback"))


def test_each_form_is_refused_for_the_other_side(pair: Pair) -> None:
    assert pair.client.get(f"{pair.session(pair.coachee)}/note").status_code == 403
    assert pair.client.get(f"{pair.session(pair.coach)}/feedback").status_code == 403


def test_an_unknown_link_is_not_found_with_advice(shared: SharedServer) -> None:
    answer = shared.client.get("/p/not-a-link")
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert "ask the programme office for a new one" in answer.text


def _without_agenda(page: str) -> str:
    """Return a page without the agenda, which is shown only to verified people."""
    return re.sub(r'<section aria-labelledby="agenda">.*?</section>', "", page, flags=re.DOTALL)


def test_personal_pages_have_no_scripts_but_their_own_files_and_are_not_cached(pair: Pair) -> None:
    for rest in ("", f"/sessions/{pair.sessions[0]}", f"/sessions/{pair.sessions[0]}/feedback"):
        answer = pair.client.get(pair.coachee + rest)
        assert answer.headers["cache-control"] == "no-store"
        assert "gender" not in _without_agenda(answer.text).lower()
        scripts = re.findall(r"<script[^>]*>.*?</script>", answer.text, re.DOTALL)
        assert all(
            re.fullmatch(r'<script src="/static/\w+\.js" defer></script>', one) for one in scripts
        )
        assert " style=" not in answer.text, "browsers block inline styles here"
        assert " onclick" not in answer.text
