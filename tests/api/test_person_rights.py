from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from api.cli.keys import KeyAction, keys
from api.cli.person import PersonAction, person
from api.confidential.keyring import KeyringError, open_keyring
from api.confidential.sealing import SealBrokenError
from api.store.access_rows import UserRow
from api.store.confidential_rows import NoteKeyRow, NoteRow
from api.store.run_rows import RunRow, RunState
from api.store.schema import METADATA
from api.workflows import (
    credentials,
    key_rotation,
    people,
    person_rights,
    plans,
    replies,
    schedule,
    second_factors,
    statements,
    users,
)
from api.workflows.replies import ReplyInput
from api.workflows.tombstones import ERASED
from api.workflows.viewer import AccessRole, Viewer
from coach.errors import ConflictError, NotFoundError
from coach.feedback import Feedback, Note, SharedRecord
from coach.sessions import Attendance, Reply

if TYPE_CHECKING:
    from conftest import World

    from api.workflows.values import SessionView

AFTER = datetime(2027, 8, 1, tzinfo=UTC)
WORDS = ("Coachee 1", "c1@example.org", "own topic", "my feedback", "another day")


@pytest.fixture
def cycle_id(world: World) -> str:
    """A cycle in which C-1 and K-1 have said everything there is to say."""
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1", "C-2": "K-2"}))
    session = _session(world, cycle_id)
    now = session.start + timedelta(hours=1)
    coach, coachee = _viewers(session)
    record = SharedRecord(
        session_date=date(2027, 1, 27), attendance=Attendance.HELD, topic="own topic"
    )
    feedback = Feedback(attendance=Attendance.HELD, rating=4, text="my feedback")
    answer = ReplyInput(reply=Reply.DECLINED, comment="another day")
    with world.database.writing() as tx:
        keyring = world.services.keyring
        statements.submit_record(tx, coach, session.id, record, now=now)
        statements.write_note(tx, keyring, coach, session.id, Note(text="a note"), now=now)
        statements.give_feedback(tx, coachee, session.id, feedback, now=now)
        replies.reply_to(tx, coachee, session.id, answer, now=now)
    return cycle_id


def _session(world: World, cycle_id: str) -> SessionView:
    with world.database.reading() as tx:
        sessions = schedule.cycle_schedule(tx, cycle_id)
    return next(session for session in sessions if session.coachee.code == "C-1")


def _viewers(session: SessionView) -> tuple[Viewer, Viewer]:
    return (
        Viewer(AccessRole.COACH, person_id=session.coach.id, notes_open=True),
        Viewer(AccessRole.COACHEE, person_id=session.coachee.id),
    )


def test_a_coachee_gets_all_that_is_held_about_them(world: World, cycle_id: str) -> None:
    with world.database.writing() as tx:
        held = person_rights.held_about(tx, world.person_id(cycle_id, "C-1"))
    text = held.model_dump_json()
    assert not [word for word in WORDS if word not in text]
    assert held.sessions[0].my_reply == "declined"
    for other in ("Coach 1", "k1@example.org", "a note", "Coachee 2"):
        assert other not in text


def test_a_coach_gets_which_notes_there_are_not_what_they_say(world: World, cycle_id: str) -> None:
    with world.database.writing() as tx:
        held = person_rights.held_about(tx, world.person_id(cycle_id, "K-1"))
    assert len(held.notes_written) == 1
    assert held.feedback == ()
    assert "a note" not in held.model_dump_json()
    assert "Coachee 1" not in held.model_dump_json()


def test_nothing_of_an_erased_coachee_is_left_but_what_totals_need(
    world: World, cycle_id: str
) -> None:
    session = _session(world, cycle_id)
    person_id = world.person_id(cycle_id, "C-1")
    with world.database.writing() as tx:
        person_rights.erase(tx, person_id, now=AFTER)
    world.database.forget_deleted()
    with world.database.reading() as tx:
        for table in METADATA.sorted_tables:
            rows = repr([tuple(row) for row in tx.execute(table.select())])
            assert not [word for word in WORDS if word in rows], table.name
        seen = people.person_of_cycle(tx, person_id)
        manager = Viewer(AccessRole.MANAGER, user_id="office")
        assert statements.feedback_of(tx, manager, session.id).rating == 4
        assert statements.record_of(tx, manager, session.id).attendance is Attendance.HELD
        plan = plans.list_plans(tx, cycle_id)[0]
        left = plans.plan_view(tx, plan.id).result
    code = seen.brief.code
    assert code not in {"C-1", "C-2"}
    before = world.result({"C-1": "K-1", "C-2": "K-2"})
    assert [(one.coachee, one.coach, one.points, one.sessions) for one in left.matches] == [
        ({"C-1": code}.get(one.coachee, one.coachee), one.coach, one.points, one.sessions)
        for one in before.matches
    ]
    assert [one.verdicts[0].because for one in left.matches] == [ERASED, "both: sr"]
    assert seen.brief.name == ERASED
    assert (seen.profile.country, seen.profile.rank.code) == ("RS", "OF-5")
    if world.database.is_sqlite:
        files = [path.read_bytes() for path in world.services.settings.data_dir.iterdir()]
        assert not [word for word in WORDS if any(word.encode() in content for content in files)]


def test_erasing_destroys_the_keys_of_notes_by_and_about(world: World, cycle_id: str) -> None:
    session = _session(world, cycle_id)
    coach, _ = _viewers(session)
    with world.database.writing() as tx:
        person_rights.erase(tx, session.coachee.id, now=AFTER)
        assert tx.scalars(select(NoteKeyRow)).all() == []
        assert tx.scalars(select(NoteRow)).all() == []
        with pytest.raises(NotFoundError):
            statements.note_of(tx, world.services.keyring, coach, session.id)


def test_an_erased_persons_link_opens_nothing(world: World, cycle_id: str) -> None:
    link = world.link(cycle_id, "C-1")
    with world.database.writing() as tx:
        person_rights.erase(tx, world.person_id(cycle_id, "C-1"), now=AFTER)
        kinds = frozenset({credentials.CredentialKind.LINK})
        viewer = credentials.identify(
            tx, link.secret, kinds, now=world.services.now(), idle=timedelta(hours=1)
        )
    assert viewer.role is AccessRole.NOBODY


def test_others_are_left_alone(world: World, cycle_id: str) -> None:
    with world.database.reading() as tx:
        before = people.person_of_cycle(tx, world.person_id(cycle_id, "C-2"))
    with world.database.writing() as tx:
        person_rights.erase(tx, world.person_id(cycle_id, "C-1"), now=AFTER)
        assert people.person_of_cycle(tx, before.brief.id) == before
        frozen = tx.scalars(select(RunRow.input)).all()
    assert all("Coachee 2" in work for work in frozen)


def test_who_is_still_expected_is_not_erased(world: World, cycle_id: str) -> None:
    with world.database.writing() as tx, pytest.raises(ConflictError, match="to come"):
        person_rights.erase(
            tx, world.person_id(cycle_id, "C-1"), now=datetime(2027, 1, 1, tzinfo=UTC)
        )


def test_exporting_from_the_command_line(
    world: World,
    cycle_id: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", world.services.settings.database_url)
    data = world.services.settings.data_dir
    person(PersonAction.EXPORT, "C-1", data=data)
    assert json.loads(capsys.readouterr().out)["profile"]["name"] == "Coachee 1"
    with pytest.raises(NotFoundError):
        person(PersonAction.EXPORT, "C-77", data=data)
    world.cycle()
    with pytest.raises(ConflictError, match=cycle_id):
        person(PersonAction.EXPORT, "C-1", data=data)
    with pytest.raises(ConflictError, match="to come"):
        person(PersonAction.ERASE, "C-1", cycle=cycle_id, data=data)
    third = world.person_id(cycle_id, "C-3")
    with world.database.writing() as tx:
        tx.execute(update(RunRow).values(state=RunState.RUNNING))
    with pytest.raises(ConflictError, match="a run is at work"):
        person(PersonAction.ERASE, third, data=data)
    with world.database.writing() as tx:
        tx.execute(update(RunRow).values(state=RunState.FINISHED))
    person(PersonAction.ERASE, "C-3", cycle=cycle_id, data=data)
    with world.database.reading() as tx:
        erased = people.person_of_cycle(tx, third)
    assert erased.brief.name == ERASED


def test_after_a_rotation_notes_and_second_factors_open_with_the_new_key_alone(
    world: World, cycle_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", world.services.settings.database_url)
    settings, old = world.services.settings, world.services.keyring
    session = _session(world, cycle_id)
    coach, _ = _viewers(session)
    with world.database.writing() as tx:
        user_id = users.add_user(tx, "office", AccessRole.MANAGER, now=world.services.now())
        user = tx.get_one(UserRow, user_id)
        user.totp_sealed = second_factors.seal_totp(old, user_id, "A" * 32)
    keys(KeyAction.ROTATE, forget_old=True, data=settings.data_dir)
    new = open_keyring(settings.master_key_file, create=False)
    assert list(new.master) == [2]
    assert new.links == old.links
    with world.database.reading() as tx:
        assert statements.note_of(tx, new, coach, session.id).text == "a note"
        assert second_factors.unseal_totp(new, tx.get_one(UserRow, user_id)) == "A" * 32
        with pytest.raises(KeyringError):
            statements.note_of(tx, old, coach, session.id)


def test_a_rotation_that_fails_changes_nothing(world: World, cycle_id: str) -> None:
    session = _session(world, cycle_id)
    coach, _ = _viewers(session)
    keyring = world.services.keyring

    def rotate() -> None:
        with world.database.writing() as tx:
            tx.execute(update(NoteKeyRow).values(author_id=session.coachee.id))
            key_rotation.wrap_all_anew(tx, keyring.with_new_master())

    with pytest.raises(SealBrokenError):
        rotate()
    with world.database.reading() as tx:
        assert statements.note_of(tx, keyring, coach, session.id).text == "a note"
