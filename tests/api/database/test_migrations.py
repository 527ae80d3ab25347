"""Each migration preserves rows when it is downgraded and upgraded again."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, inspect, select, table, text

from api.coaching.instruments.rows import AnswerSheetRow
from api.coaching.instruments.sheets import after_session
from api.consent.rows import ConsentKind, ConsentRow
from api.cycles.rows import CycleRow
from api.database import schema
from api.http.principal import AccessRole, Principal
from api.participants.rows import HumanRow, PersonRow
from api.personal_links import one_time_codes
from api.personal_links.one_time_codes import CodePurpose
from api.plan_queries import questions
from api.plan_queries.questions import QuestionRequest
from api.plan_queries.rows import QuestionKind
from api.runs.rows import PlanRow
from api.session_reports import feedback as feedback_reports
from api.session_reports import notes, records
from api.sessions import replies, schedule
from api.sessions.replies import ReplyInput
from api.sessions.rows import RecordRow, SessionActionRow, SessionRow
from api.sessions.schedule import own_session
from coach.feedback import Feedback, Note, SharedRecord
from coach.sessions import ActionState, Reply
from tests.instruments import AFTER_SESSION

if TYPE_CHECKING:
    from conftest import World

    from api.database.engine import Database

DROPPED_TABLES = {"note_holders", "outbox"}  # tables without a model
FILLED = {
    "audit",
    "consents",
    "credentials",
    "cycles",
    "feedback",
    "humans",
    "mails",
    "note_keys",
    "notebook_openers",
    "notebooks",
    "notes",
    "one_time_codes",
    "people",
    "plans",
    "questions",
    "shared_records",
    "replies",
    "runs",
    "sessions",
    "users",
}


@pytest.fixture
def full(world: World) -> Database:
    """Return a database with rows in nearly all tables."""
    cycle_id, now = world.cycle(), world.services.now()
    world.published(cycle_id, world.result({"C-1": "K-1", "C-2": "K-2"}))
    world.user_token(AccessRole.AUDITOR)
    coaches = [world.coach_with_notebook(world.person_id(cycle_id, f"K-{n}")) for n in (1, 2)]
    with world.database.reading() as tx:
        sessions = schedule.cycle_schedule(tx, cycle_id)
        plan = tx.scalars(select(PlanRow.id)).one()
    record = SharedRecord(session_date=date(2026, 1, 28), attendance="held", topic="x")
    with world.database.writing() as tx:
        for session in sessions:
            coach = next(one for one in coaches if one.person_id == session.coach.id)
            coachee = Principal(AccessRole.COACHEE, person_id=session.coachee.id)
            answer = ReplyInput(reply=Reply.ACCEPTED)
            replies.store_reply(
                tx,
                world.services,
                coachee,
                own_session(tx, coachee, session.id),
                answer,
                now=session.start - timedelta(days=1),
            )
            records.store_record(tx, coach, own_session(tx, coach, session.id), record, now=now)
            note = Note(text="x")
            notes.store_note(
                tx, world.services.keyring, coach, own_session(tx, coach, session.id), note, now=now
            )
            feedback = Feedback(attendance="held", answers={"useful": 4})
            feedback_reports.store_feedback(
                tx,
                coachee,
                own_session(tx, coachee, session.id),
                feedback,
                instrument=AFTER_SESSION,
                now=now,
            )
        one_time_codes.send_code(tx, world.services_with_mail(), coach, CodePurpose.ADDRESS)
        question_request = QuestionRequest(
            kind=QuestionKind.EXPLAIN, person_id=world.person_id(cycle_id, "C-3")
        )
        questions.store_question(tx, world.services.enqueue, plan, question_request, now=now)
        tx.add(
            ConsentRow(
                person_id=coach.person_id or "",
                asked=ConsentKind.COACH,
                version="1",
                sha256="0" * 64,
                given_at=now,
            )
        )
    return world.database


def _rows(database: Database) -> dict[str, int]:
    """Return the number of rows in each existing table; rows in `outbox` count as `mails`.

    `sealed_tables` is left out, because migrations that change seals delete rows from it.
    """
    names = (set(schema.METADATA.tables) | DROPPED_TABLES) - {"sealed_tables"}
    with database.engine.connect() as connection:
        counts = {
            name: connection.scalar(select(func.count()).select_from(table(name))) or 0
            for name in sorted(names & set(inspect(connection).get_table_names()))
        }
    if "mails" in counts:  # since revision 0015, it includes the drafts
        counts["mails"] += counts.pop("outbox", 0)
    return counts


def _whole(database: Database) -> bool:
    """Return whether the file and its references are valid, which PostgreSQL guarantees."""
    if not database.is_sqlite:
        return True
    with database.engine.connect() as connection:
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        return not broken and connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def _same(first: dict[str, int], second: dict[str, int]) -> bool:
    both = first.keys() & second.keys()
    return {name: first[name] for name in both} == {name: second[name] for name in both}


def _revisions() -> list[str]:
    """Return all revisions, newest first."""
    return [*reversed(schema.known_revisions())]


@pytest.mark.slow
def test_each_migration_preserves_rows_in_both_directions(full: Database) -> None:
    filled = _rows(full)
    assert {name for name, count in filled.items() if count} >= FILLED
    for newer, older in pairwise(_revisions()):
        above = _rows(full)
        assert schema.migrate(full, older) == older
        below = _rows(full)
        assert _same(above, below), f"{newer} down to {older}"
        assert _whole(full)
        assert schema.migrate(full, newer) == newer
        assert _same(below, _rows(full)), f"{older} up to {newer}"
        assert _whole(full)
        if newer == "0009":
            assert below["note_holders"] == above["notebooks"] == 2
            assert _rows(full)["notebooks"] == 2, "keys to notes are kept"
        schema.migrate(full, older)
    assert _rows(full)["people"] == filled["people"]
    for older, newer in pairwise(reversed(_revisions())):
        below = _rows(full)
        assert below["sessions"] == filled["sessions"] > 0
        assert schema.migrate(full, newer) == newer
        assert _same(below, _rows(full)), f"{older} up to {newer}"
        assert _whole(full)


def test_people_of_an_older_database_get_one_row_for_each_human(world: World) -> None:
    older, newer = world.cycle(2, 1), world.cycle(2, 0)
    with world.database.writing() as tx:
        tx.get_one(CycleRow, older).created_at -= timedelta(days=300)
        for cycle_id, code, name, person in (
            (older, "C-1", "Đorđe Đokić", ""),
            (newer, "C-1", "Ђорђе Ђокић", ""),
            (older, "K-1", "Other Name", "P-7"),
            (newer, "C-2", "A. Name", "P-7"),
        ):
            row = tx.get_one(PersonRow, world.person_id(cycle_id, code))
            row.name, row.profile = name, row.profile | {"person": person}
    schema.migrate(world.database, "0023")
    schema.migrate(world.database)
    with world.database.reading() as tx:
        humans = {human.name: human.person for human in tx.scalars(select(HumanRow))}
        linked = {row.code: row.human_id for row in tx.scalars(select(PersonRow))}
    assert humans == {"Ђорђе Ђокић": "", "A. Name": "P-7", "Coachee 2": ""}
    assert None not in linked.values()


def test_texts_of_older_records_become_one_action_and_the_next_focus(full: Database) -> None:
    texts = "Read the study.\nWrite to the office."
    schema.migrate(full, "0044")
    with full.engine.begin() as connection:
        connection.execute(
            text("UPDATE shared_records SET agreed_actions = :actions, next_step = 'Recruitment'"),
            {"actions": texts},
        )
    schema.migrate(full)
    with full.reading() as tx:
        records = tx.scalars(select(RecordRow)).all()
        actions = tx.scalars(select(SessionActionRow)).all()
        assert {one.next_focus for one in records} == {"Recruitment"}
        assert {one.session_id for one in actions} == {one.session_id for one in records}
        assert {(one.text, one.owner, one.due, one.state) for one in actions} == {
            (texts, None, None, ActionState.OPEN)
        }
        assert len(actions) == len(records)
    schema.migrate(full, "0044")
    with full.engine.begin() as connection:
        stored = connection.execute(
            text("SELECT DISTINCT agreed_actions, next_step FROM shared_records")
        )
        assert [tuple(row) for row in stored] == [(texts, "Recruitment")]
    schema.migrate(full)


@pytest.mark.slow
def test_ratings_of_an_older_database_become_answers_to_an_instrument_of_their_own(
    full: Database,
) -> None:
    schema.migrate(full, "0048")
    with full.engine.begin() as connection:
        connection.execute(text("UPDATE feedback SET rating = 4, version = 3"))
    schema.migrate(full)
    with full.reading() as tx:
        sessions = {one.id: one for one in tx.scalars(select(SessionRow))}
        for row in tx.scalars(select(AnswerSheetRow)):
            session = sessions.pop(row.subject_id)
            assert (row.author_id, row.coach_id) == (session.coachee_id, session.coach_id)
            assert row.version == 3
            (sheet,) = after_session(tx, session.id)
            assert sheet.instrument.sha256 == row.text_sha256
            assert (sheet.instrument.code, sheet.instrument.version) == ("session_rating", "1")
            assert sheet.answers == {"rating": 4}
        assert sessions == {}
    schema.migrate(full, "0048")
    with full.engine.begin() as connection:
        assert connection.execute(text("SELECT DISTINCT rating FROM feedback")).all() == [(4,)]
    schema.migrate(full)
