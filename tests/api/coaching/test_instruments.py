"""Instruments: recipients and times of the questions, and visibility and retention of answers."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from sqlalchemy import func, select

from api.audit_trail.rows import AuditRow
from api.coaching.curriculum import changes
from api.coaching.curriculum.changes import Approval
from api.coaching.instruments import office, service
from api.coaching.instruments.export import answers_of
from api.coaching.instruments.rows import AnswerSheetRow, InstrumentTextRow
from api.coaching.instruments.service import AnswersInput
from api.coaching.instruments.sheets import store_after_session
from api.data_protection import subject_access
from api.http.principal import AccessRole, Principal
from api.overview.to_do import ToDoKind, read_to_do
from api.participants.rows import PersonRow
from api.services import Services
from api.sessions.rows import RecordRow, SessionRow
from coach.errors import ConflictError, NotFoundError, UnusableInputError
from coach.instruments import Moment
from coach.occasions import Occasion
from coach.sessions import Attendance
from tests.api.coaching.callers import PAIRS, PublishedCycle
from tests.coach.test_instrument_file import SAMPLE
from tests.instruments import AFTER_SESSION

if TYPE_CHECKING:
    from conftest import World

FIRST_END = datetime(2027, 1, 27, 9, 30, tzinfo=UTC)
TRUST = {"bond_trust": 4}


@pytest.fixture
def cycle(world: World) -> str:
    """Return the id of a cycle in which each pair in `PAIRS` has five weekly sessions."""
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS, sessions=5))
    return cycle_id


def after(world: World, sessions: int, **settings: object) -> Services:
    """Return services whose clock is one day after the given number of sessions."""
    now = FIRST_END + timedelta(weeks=sessions - 1, days=1)
    return replace(world.with_settings(**settings), now=lambda: now)


def principal(world: World, cycle: str, code: str) -> Principal:
    role = AccessRole.COACHEE if code.startswith("C") else AccessRole.COACH
    return Principal(role, person_id=world.person_id(cycle, code))


def asked(world: World, cycle: str, code: str, services: Services) -> list[str]:
    found = service.own_questions(services, principal(world, cycle, code)).open
    return [one.occasion.value for one in found]


def answer(world: World, cycle: str, code: str, other: str) -> None:
    """Answer the questions about the alliance after the second session."""
    services, occasion = after(world, 2), Occasion.SECOND_SESSION
    person, other_id = principal(world, cycle, code), world.person_id(cycle, other)
    seen = service.read_questions(services, person, other_id, occasion).sha256
    given = AnswersInput(seen=seen, answers=TRUST)
    service.answer_questions(services, person, other_id, occasion, given)


def test_each_is_asked_at_the_right_moment_and_never_twice(world: World, cycle: str) -> None:
    seen = [asked(world, cycle, "C-1", after(world, held)) for held in range(6)]
    assert seen == [[], [], ["second_session"], ["second_session"], ["last_but_one"], seen[5]]
    assert seen[5] == ["last_but_one"], "there are no approved objectives to rate"
    second = after(world, 2)
    assert asked(world, cycle, "K-1", second) == ["second_session"] * 2, "about both coachees"
    answer(world, cycle, "C-1", "K-1")
    assert asked(world, cycle, "C-1", second) == []
    assert asked(world, cycle, "K-1", second) == ["second_session"] * 2
    answer(world, cycle, "C-1", "K-1")  # pressed twice
    person, coach = principal(world, cycle, "C-1"), world.person_id(cycle, "K-1")
    other = AnswersInput(seen="", answers={"bond_trust": 1})
    with pytest.raises(ConflictError, match="already answered these questions"):
        service.answer_questions(second, person, coach, Occasion.SECOND_SESSION, other)
    with world.database.reading() as tx:
        assert tx.scalar(select(func.count()).select_from(AnswerSheetRow)) == 1


def test_a_session_that_did_not_take_place_is_not_counted(world: World, cycle: str) -> None:
    with world.database.writing() as tx:
        coachee = world.person_id(cycle, "C-1")
        session = tx.scalars(
            select(SessionRow).where(SessionRow.coachee_id == coachee, SessionRow.number == 2)
        ).one()
        day = session.starts_at
        record = RecordRow(session_id=session.id, author_id=session.coach_id, submitted_at=day)
        record.attendance, record.session_date = Attendance.NO_SHOW, day.date()
        tx.add(record)
    assert asked(world, cycle, "C-1", after(world, 2)) == []
    assert asked(world, cycle, "C-1", after(world, 3)) == ["second_session"]


def test_approved_objectives_are_rated_for_both_times_by_the_coachee(
    world: World, cycle: str
) -> None:
    changes.approve_objectives(world.services, "B1", Approval(version=0))
    end = after(world, 5)
    assert asked(world, cycle, "C-1", end) == ["last_but_one", "end"]
    assert "end" not in asked(world, cycle, "K-1", end)
    person, coach = principal(world, cycle, "C-1"), world.person_id(cycle, "K-1")
    shown = service.read_questions(end, person, coach, Occasion.END)
    assert [one.code for one in shown.instrument.items] == ["B1-1", "B1-2"]
    half = AnswersInput(seen=shown.sha256, answers={"B1-1.before": 1})
    with pytest.raises(UnusableInputError) as refused:
        service.answer_questions(end, person, coach, Occasion.END, half)
    assert set(refused.value.by_column) == {"answers.B1-1.now"}
    whole = half.model_copy(update={"answers": {"B1-1.before": 1, "B1-1.now": 4}})
    changes.approve_objectives(world.services, "B2", Approval(version=0))
    with pytest.raises(ConflictError, match="questions have changed"):
        service.answer_questions(end, person, coach, Occasion.END, whole)
    now = service.read_questions(end, person, coach, Occasion.END).sha256
    given = whole.model_copy(update={"seen": now})
    assert service.answer_questions(end, person, coach, Occasion.END, given).answered
    with pytest.raises(NotFoundError):
        service.read_questions(end, person, coach, Occasion.START)


def test_a_deployment_can_ask_at_the_start_too(world: World, cycle: str) -> None:
    changes.approve_objectives(world.services, "B1", Approval(version=0))
    before = after(world, 0, instrument_moments=(Moment.START,))
    assert asked(world, cycle, "C-1", before) == ["start"]
    person, coach = principal(world, cycle, "C-1"), world.person_id(cycle, "K-1")
    shown = service.read_questions(before, person, coach, Occasion.START)
    assert shown.instrument.twice is None
    assert asked(world, cycle, "C-1", after(world, 1, instrument_moments=(Moment.START,))) == []


@pytest.mark.parametrize(("code", "other"), [("K-2", "C-1"), ("C-2", "C-1"), ("C-1", "K-2")])
def test_strangers_are_not_asked(world: World, cycle: str, code: str, other: str) -> None:
    person, other_id = principal(world, cycle, code), world.person_id(cycle, other)
    with pytest.raises(NotFoundError):
        service.read_questions(after(world, 2), person, other_id, Occasion.SECOND_SESSION)


def test_a_pair_that_has_ended_is_not_asked(world: World, cycle: str) -> None:
    with world.database.writing() as tx:
        tx.get_one(PersonRow, world.person_id(cycle, "K-2")).left_at = FIRST_END
    assert asked(world, cycle, "C-3", after(world, 2)) == []
    world.published(cycle, world.result(PAIRS | {"C-1": "K-2"}, first_day=22, sessions=5))
    assert asked(world, cycle, "K-1", after(world, 3)) == ["second_session"], "about C-2 only"


def test_answers_are_for_the_person_only(world: World, cycle: str) -> None:
    second = after(world, 2)
    answer(world, cycle, "C-1", "K-1")
    person_id = world.person_id(cycle, "C-1")
    with world.database.reading() as tx:
        row = tx.scalars(select(AuditRow).where(AuditRow.action == "questions answered")).one()
        assert "bond" not in str(row.detail)
    own = subject_access.export_own_data(second, principal(world, cycle, "C-1"))
    (sheet,) = own.coaching.answers
    assert sheet.answers == TRUST
    assert sheet.instrument.items[4].text["en"] == "We trust each other."
    assert subject_access.export_person(second, person_id).coaching.answers == ()
    coach = principal(world, cycle, "K-1")
    seen = service.read_questions(second, coach, person_id, Occasion.SECOND_SESSION)
    assert seen.answered is None


def test_answers_stay_readable_when_the_file_changes(
    world: World, cycle: str, tmp_path: Path
) -> None:
    answer(world, cycle, "C-1", "K-1")
    (tmp_path / "ours.toml").write_text(SAMPLE, "utf-8")
    changed = after(world, 2, instruments=tmp_path)
    person, coach = principal(world, cycle, "C-1"), world.person_id(cycle, "K-1")
    shown = service.read_questions(changed, person, coach, Occasion.SECOND_SESSION)
    assert shown.instrument.code == "our_alliance"
    assert shown.answered is not None
    assert shown.answered.instrument.code == "alliance"
    assert not shown.is_open, "nobody is asked twice because the file has changed"
    with world.database.reading() as tx:
        assert [one.instrument.version for one in answers_of(tx, person.person_id or "")] == ["1"]


def _rate(world: World, cycle: str, codes: list[str], points: int) -> None:
    """Store a rating of the first session by each coachee, a minute apart, in order of code."""
    with world.database.writing() as tx:
        for code in codes:
            session = tx.scalars(
                select(SessionRow).where(
                    SessionRow.coachee_id == world.person_id(cycle, code), SessionRow.number == 1
                )
            ).one()
            now = FIRST_END + timedelta(minutes=int(code[2:]))
            store_after_session(tx, session, AFTER_SESSION, {"useful": points}, now=now)


def test_the_office_sees_no_figure_over_fewer_than_five_people(world: World) -> None:
    cycle = world.cycle(coachees=6, coaches=3)
    pairs = {f"C-{number}": f"K-{(number + 1) // 2}" for number in range(1, 7)}
    world.published(cycle, world.result(pairs))
    first = after(world, 1)
    _rate(world, cycle, ["C-1", "C-2", "C-3", "C-4"], 4)
    (table,) = office.read_answers(first, cycle).figures
    assert [(one.key, one.mean) for one in table.figures] == [
        *(("useful", None), ("safe", None), ("relevant", None), ("next_step", None))
    ]
    _rate(world, cycle, ["C-5"], 4)
    assert office.read_answers(first, cycle).figures[0].figures[0].people is None, (
        "all answers are equal"
    )
    _rate(world, cycle, ["C-6"], 1)
    useful = office.read_answers(first, cycle).figures[0].figures[0]
    assert (useful.people, useful.mean, useful.chosen) == (6, 3.5, None)
    with world.database.reading() as tx:
        assert tx.scalar(select(func.count()).select_from(InstrumentTextRow)) == 1
    shown = office.read_answers(first, cycle).model_dump_json()
    assert not [code for code in pairs if world.person_id(cycle, code) in shown]


def test_the_office_is_told_when_many_answers_are_missing(world: World, cycle: str) -> None:
    def missing(services: Services) -> list[int]:
        kind = ToDoKind.MISSING_ANSWERS
        return [one.count for one in read_to_do(services) if one.kind is kind]

    late = replace(world.services, now=lambda: FIRST_END + timedelta(weeks=2, days=2))
    assert missing(after(world, 2)) == []
    assert missing(late) == [6]
    for code, other in (("C-1", "K-1"), ("C-2", "K-1"), ("C-3", "K-2"), ("K-2", "C-3")):
        answer(world, cycle, code, other)
    assert missing(late) == [], "two of six are not many"
    (count,) = office.read_answers(late, cycle).counts
    assert (count.occasion, count.asked, count.answered) == (Occasion.SECOND_SESSION, 6, 4)


def _hold(world: World, cycle: str, code: str, count: int) -> None:
    """Move the given number of a coachee's sessions into the past."""
    now, person = world.services.now(), world.person_id(cycle, code)
    with world.database.writing() as tx:
        for row in tx.scalars(select(SessionRow).where(SessionRow.coachee_id == person)):
            row.starts_at = now - timedelta(weeks=count - row.number, hours=3)
            row.ends_at = row.starts_at + timedelta(hours=1)


def test_pages_and_json_show_each_their_own(world: World, client: httpx.Client, cycle: str) -> None:
    published = PublishedCycle(world, client, cycle)
    coachee, coach = published.caller("C-1"), published.caller("K-1")
    _hold(world, cycle, "C-1", 2)
    page = f"/coaching/{coach.id}/questions/second_session"
    path = f"/me/pairs/{coach.id}/questions/second_session"
    (found,) = coachee.get("/me/questions")["open"]
    assert page in coachee.page("").text
    assert "This is not a validated scale." in coachee.page(page).text
    assert "Answer at least one question" in coachee.page(page, {"seen": found["sha256"]}).text
    given = {"seen": found["sha256"], "q.goals_matter": "2", "q.bond_trust": "5"}
    assert coachee.page(page, given).is_redirect
    assert coachee.page(page, given).is_redirect, "a second press is harmless"
    assert "2 of 5: hardly true" in coachee.page(page).text
    assert page not in coachee.page("").text
    assert coachee.get(path)["answered"]["answers"] == {"goals_matter": 2, "bond_trust": 5}
    again = coachee.call("PUT", path, {"seen": found["sha256"], "answers": {"bond_trust": 1}})
    assert again.status_code == HTTPStatus.CONFLICT
    theirs = coach.page(f"/coaching/{coachee.id}/questions/second_session").text
    assert "of 5: hardly true" not in theirs
    headers = {"Authorization": f"Bearer {world.manager_token()}"}
    office_page = client.get(f"/cycles/{cycle}/answers", headers=headers).text
    assert "not shown" in office_page
    assert "Coachee 1" not in office_page
    assert "Licence" in client.get("/instruments", headers=headers).text
    figures = client.get(f"/api/v1/cycles/{cycle}/answers", headers=headers).json()["figures"]
    assert {one["mean"] for one in figures[0]["figures"]} == {None}


def test_both_ratings_of_an_objective_stand_apart_and_keep_what_was_entered(
    world: World, client: httpx.Client, cycle: str
) -> None:
    changes.approve_objectives(world.services, "B1", Approval(version=0))
    published = PublishedCycle(world, client, cycle)
    coachee, coach = published.caller("C-1"), published.caller("K-1")
    _hold(world, cycle, "C-1", 5)
    page = f"/coaching/{coach.id}/questions/end"
    shown = coachee.page(page).text
    assert shown.count("<legend>Before the programme</legend>") == 2
    assert shown.count("<legend>Now</legend>") == 2
    refused = coachee.page(page, {"seen": "x", "q.B1-1.now": "3"})
    assert refused.status_code == HTTPStatus.CONFLICT, "other questions were shown"
    seen = re.findall(r'name="seen" value="(\w+)"', shown)[0]
    refused = coachee.page(page, {"seen": seen, "q.B1-1.now": "3"})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'id="fault-q.B1-1.before"' in refused.text
    assert re.search(r'name="q\.B1-1\.now"[^>]+value="3"\s+checked', refused.text)
