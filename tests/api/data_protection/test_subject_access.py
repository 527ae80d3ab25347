from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest
from sqlalchemy import select, update

from api import rotatable_keys
from api.accounts import credentials, second_factors, users
from api.accounts.rows import UserRow
from api.background.rows import TaskState
from api.cli.keys import KeyAction, keys
from api.cli.person import PersonAction, person
from api.coaching.instruments.sheets import after_session
from api.crypto.envelope_encryption import DecryptionError
from api.crypto.key_ring import KeyringError, open_keyring
from api.data_protection import subject_access as person_rights
from api.data_protection.redaction import ERASED, Redactor
from api.database.schema import METADATA
from api.http.principal import AccessRole, Principal
from api.mail.rows import MailRow
from api.participants import service as people
from api.participants.rows import PersonRow, Side
from api.plans import plan_details
from api.runs.rows import RunRow
from api.session_reports import feedback as feedback_reports
from api.session_reports import notes, records
from api.session_reports.rows import NotebookOpenerRow, NoteKeyRow, NoteRow, OpenerKind
from api.sessions import replies, schedule
from api.sessions.replies import ReplyInput
from api.sessions.schedule import own_session
from coach.errors import ConflictError, NotFoundError
from coach.feedback import Feedback, Note, SharedRecord
from coach.sessions import Attendance, Reply
from coach.texts.renderer import english
from tests.api.authenticating import identify
from tests.api.conftest import ANY_VERSION, CYCLE_TOML, coachees_csv, coaches_csv
from tests.instruments import AFTER_SESSION

if TYPE_CHECKING:
    import httpx
    from conftest import World

    from api.sessions.session_details import SessionDetails

AFTER = datetime(2027, 8, 1, tzinfo=UTC)
WORDS = ("Coachee 1", "c1@example.org", "own topic", "my feedback", "another day")


@pytest.fixture
def cycle_id(world: World) -> str:
    """Return the id of a cycle in which C-1 and K-1 have written every kind of session text."""
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1", "C-2": "K-2"}))
    session = _session(world, cycle_id)
    now = session.start + timedelta(hours=1)
    coach, coachee = _viewers(world, session)
    record = SharedRecord(
        session_date=date(2027, 1, 27), attendance=Attendance.HELD, topic="own topic"
    )
    feedback = Feedback(attendance=Attendance.HELD, answers={"useful": 4}, text="my feedback")
    answer = ReplyInput(reply=Reply.DECLINED, comment="another day")
    with world.database.writing() as tx:
        keyring = world.services.keyring
        records.store_record(tx, coach, own_session(tx, coach, session.id), record, now=now)
        notes.store_note(
            tx, keyring, coach, own_session(tx, coach, session.id), Note(text="a note"), now=now
        )
        feedback_reports.store_feedback(
            tx,
            coachee,
            own_session(tx, coachee, session.id),
            feedback,
            instrument=AFTER_SESSION,
            now=now,
        )
        replies.store_reply(
            tx, world.services, coachee, own_session(tx, coachee, session.id), answer, now=now
        )
    return cycle_id


def _session(world: World, cycle_id: str) -> SessionDetails:
    with world.database.reading() as tx:
        sessions = schedule.cycle_schedule(tx, cycle_id)
    return next(session for session in sessions if session.coachee.code == "C-1")


def _viewers(world: World, session: SessionDetails) -> tuple[Principal, Principal]:
    return (
        world.coach_with_notebook(session.coach.id),
        Principal(AccessRole.COACHEE, person_id=session.coachee.id),
    )


def test_the_report_about_a_coachee_contains_all_their_data(world: World, cycle_id: str) -> None:
    with world.database.writing() as tx:
        held = person_rights.subject_access_report(tx, world.person_id(cycle_id, "C-1"))
    text = held.model_dump_json()
    assert not [word for word in WORDS if word not in text]
    assert held.sessions[0].my_reply == "declined"
    for other in ("Coach 1", "k1@example.org", "a note", "Coachee 2"):
        assert other not in text


def test_the_report_about_a_coach_lists_notes_without_their_text(
    world: World, cycle_id: str
) -> None:
    with world.database.writing() as tx:
        held = person_rights.subject_access_report(tx, world.person_id(cycle_id, "K-1"))
    assert len(held.notes_written) == 1
    assert held.feedback == ()
    assert "a note" not in held.model_dump_json()
    assert "Coachee 1" not in held.model_dump_json()


def test_erasing_a_coachee_leaves_only_data_that_totals_need(world: World, cycle_id: str) -> None:
    session = _session(world, cycle_id)
    person_id = world.person_id(cycle_id, "C-1")
    with world.database.writing() as tx:
        person_rights.erase_person(tx, person_id, now=AFTER)
    world.database.purge_deleted_data()
    with world.database.reading() as tx:
        for table in METADATA.sorted_tables:
            rows = repr([tuple(row) for row in tx.execute(table.select())])
            assert not [word for word in WORDS if word in rows], table.name
        seen = people.person_of_cycle(tx, person_id)
        manager = Principal(AccessRole.MANAGER, user_id="office")
        assert feedback_reports.find_feedback(tx, manager, session.id).text == ""
        assert [one.answers for one in after_session(tx, session.id)] == [{"useful": 4}]
        assert records.find_record(tx, session.id).attendance is Attendance.HELD
        plan = plan_details.plans_of_cycle(tx, cycle_id)[0]
        left = plan_details.plan_details(tx, plan.id).result
    code = seen.brief.code
    assert code not in {"C-1", "C-2"}
    before = world.result({"C-1": "K-1", "C-2": "K-2"})
    assert [(one.coachee, one.coach, one.points, one.sessions) for one in left.matches] == [
        ({"C-1": code}.get(one.coachee, one.coachee), one.coach, one.points, one.sessions)
        for one in before.matches
    ]
    assert [english(one.verdicts[0].reason) for one in left.matches] == [
        ERASED,
        "both speak Serbian",
    ]
    assert seen.brief.name == ERASED
    assert (seen.profile.country, seen.profile.rank.code) == ("RS", "OF-5")
    if world.database.is_sqlite:
        files = [path.read_bytes() for path in world.services.settings.data_dir.iterdir()]
        assert not [word for word in WORDS if any(word.encode() in content for content in files)]


def test_erasing_a_person_deletes_the_keys_of_notes_by_and_about_them(
    world: World, cycle_id: str
) -> None:
    session = _session(world, cycle_id)
    coach, _ = _viewers(world, session)
    with world.database.writing() as tx:
        person_rights.erase_person(tx, session.coachee.id, now=AFTER)
        assert tx.scalars(select(NoteKeyRow)).all() == []
        assert tx.scalars(select(NoteRow)).all() == []
        assert notes.find_note(tx, world.services.keyring, coach, session.id) is None


def test_an_erased_persons_link_opens_nothing(world: World, cycle_id: str) -> None:
    link = world.link(cycle_id, "C-1")
    with world.database.writing() as tx:
        person_rights.erase_person(tx, world.person_id(cycle_id, "C-1"), now=AFTER)
        kinds = frozenset({credentials.CredentialKind.LINK})
        principal = identify(
            tx, link.secret, kinds, now=world.services.now(), idle=timedelta(hours=1)
        )
    assert principal.role is AccessRole.ANONYMOUS


def test_erasing_a_person_does_not_change_other_people(world: World, cycle_id: str) -> None:
    with world.database.reading() as tx:
        before = people.person_of_cycle(tx, world.person_id(cycle_id, "C-2"))
    with world.database.writing() as tx:
        person_rights.erase_person(tx, world.person_id(cycle_id, "C-1"), now=AFTER)
        assert people.person_of_cycle(tx, before.brief.id) == before
        frozen = tx.scalars(select(RunRow.input)).all()
    assert all("Coachee 2" in work for work in frozen)


def test_a_person_with_future_sessions_is_not_erased(world: World, cycle_id: str) -> None:
    with world.database.writing() as tx, pytest.raises(ConflictError, match="future sessions"):
        person_rights.erase_person(
            tx, world.person_id(cycle_id, "C-1"), now=datetime(2027, 1, 1, tzinfo=UTC)
        )


def test_a_person_is_exported_from_the_command_line(
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
    with pytest.raises(ConflictError, match="future sessions"):
        person(PersonAction.ERASE, "C-1", cycle=cycle_id, data=data)
    third = world.person_id(cycle_id, "C-3")
    with world.database.writing() as tx:
        tx.execute(update(RunRow).values(state=TaskState.RUNNING))
    with pytest.raises(ConflictError, match="a run of this cycle is in progress"):
        person(PersonAction.ERASE, third, data=data)
    with world.database.writing() as tx:
        tx.execute(update(RunRow).values(state=TaskState.FINISHED))
    person(PersonAction.ERASE, "C-3", cycle=cycle_id, data=data)
    with world.database.reading() as tx:
        erased = people.person_of_cycle(tx, third)
    assert erased.brief.name == ERASED


def test_after_a_rotation_the_new_key_is_enough_for_notes_and_second_factors(
    world: World, cycle_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", world.services.settings.database_url)
    settings, old = world.services.settings, world.services.keyring
    session = _session(world, cycle_id)
    coach, _ = _viewers(world, session)
    with world.database.writing() as tx:
        user_id = users.add_user(tx, "office", AccessRole.MANAGER, now=world.services.now())
        user = tx.get_one(UserRow, user_id)
        user.totp_sealed = second_factors.seal_totp(old, user_id, "A" * 32)
    keys(KeyAction.ROTATE, forget_old=True, data=settings.data_dir)
    new = open_keyring(settings.master_key_file, create=False)
    assert list(new.master) == [2]
    assert new.links == old.links
    with world.database.reading() as tx:
        assert notes.find_note(tx, new, coach, session.id).view.text == "a note"
        assert second_factors.unseal_totp(new, tx.get_one(UserRow, user_id)) == "A" * 32
        with pytest.raises(KeyringError):
            notes.find_note(tx, old, coach, session.id)


def test_a_rotation_that_fails_changes_nothing(world: World, cycle_id: str) -> None:
    session = _session(world, cycle_id)
    coach, _ = _viewers(world, session)
    keyring = world.services.keyring

    def rotate() -> None:
        with world.database.writing() as tx:
            for opener in tx.scalars(select(NotebookOpenerRow)):
                opener.kind = OpenerKind.PASSPHRASE
            tx.flush()
            rotatable_keys.rewrap_all_keys(tx, keyring.with_new_master(2))

    with pytest.raises(DecryptionError):
        rotate()
    with world.database.reading() as tx:
        assert notes.find_note(tx, keyring, coach, session.id).view.text == "a note"


def test_a_waiting_cancellation_to_an_erased_person_does_not_block_the_export_of_other_emails(
    world: World, office: httpx.Client
) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1", "C-2": "K-2"}))
    world.published(cycle_id, world.result({"C-3": "K-1", "C-2": "K-2"}, first_day=21))
    person_id = world.person_id(cycle_id, "C-1")
    with world.database.writing() as tx:
        assert person_id in tx.scalars(select(MailRow.person_id)).all()
        person_rights.erase_person(tx, person_id, now=AFTER)
    with world.database.reading() as tx:
        left = {row.id: row.person_id for row in tx.scalars(select(MailRow))}
    assert person_id not in left.values()
    for message_id in left:
        opened = office.get(f"/api/v1/outbox/{message_id}.eml")
        assert opened.status_code < HTTPStatus.INTERNAL_SERVER_ERROR
    saved = office.get(f"/api/v1/cycles/{cycle_id}/outbox.zip")
    with ZipFile(BytesIO(saved.content)) as archive:
        assert archive.testzip() is None
        assert archive.namelist()


_NAMING = """\
[pins]
C-1 = "K-1"
C-3 = "K-2"
[bans]
C-1 = ["K-2"]
C-2 = [
  "K-1",
]
[timetable]
rhythm = 40
hours = 10
[timetable.preferred_by]
C-1 = ["Mon 09:00-12:00"]
"""


@pytest.mark.parametrize("code", ["C-1", "K-1"])
def test_later_lists_are_accepted_if_the_policy_named_an_erased_person(
    world: World, office: httpx.Client, code: str
) -> None:
    cycle_id = world.cycle(coachees=10)
    policy = {"content": (CYCLE_TOML + _NAMING).encode()}
    assert office.put(f"/api/v1/cycles/{cycle_id}/policy", **policy, headers=ANY_VERSION).is_success
    with world.database.writing() as tx:
        person_rights.erase_person(tx, world.person_id(cycle_id, code), now=AFTER)
    coachees = coachees_csv(10).replace(b"\nC-1,", b"\nC-11,", code == "C-1")
    coaches = coaches_csv().replace(b"\nK-1,", b"\nK-11,", code == "K-1")
    files = {"coachees": ("coachees.csv", coachees), "coaches": ("coaches.csv", coaches)}
    brought = office.put(f"/api/v1/cycles/{cycle_id}/people", files=files, headers=ANY_VERSION)
    assert brought.is_success, brought.text
    left = office.get(f"/api/v1/cycles/{cycle_id}/policy").json()
    assert left["pins"] == {"C-3": "K-2"}
    assert left["bans"] == ({"C-2": ["K-1"]} if code == "C-1" else {"C-1": ["K-2"]})
    assert "C-10" in office.get(f"/api/v1/cycles/{cycle_id}/people").text, "C-10 is somebody else"


@pytest.mark.parametrize(
    ("name", "said", "left"),
    [
        ("Sean O'Brien", "O\u2019Brien was late, and o'brien", "(erased) was late, and o'brien"),
        ("Ana Đurić-Kos", "Kos, Đurić, ĐURIĆ-KOS, Kosovo", "(erased), (erased), (erased), Kosovo"),
        ("Đurić Ana", "with Đuric\u0301, in Anapa", "with (erased), in Anapa"),
        ("Will", "Will will do it; WILL too", "(erased) will do it; (erased) too"),
        ("MAY Theresa", "Maj May may come in June", "Maj (erased) may come in June"),
        ('Robert "Bob" Li', "Bob, not LI, not Bobby", "(erased), not LI, not Bobby"),
        ("Li", "Li likes LI", "(erased) likes (erased)"),
    ],
)
def test_names_are_redacted_in_common_spellings(name: str, said: str, left: str) -> None:
    redactor = Redactor(
        codes={(Side.COACH, "K-1"): "erased-1"}, names=frozenset({name, "a@example.org"})
    )
    assert redactor.redact_text(said) == left
    untouched = "At example.org, e\u0301te\u0301"
    assert redactor.redact_text(untouched) == untouched, "no other text is changed in any way"


def test_a_person_whose_id_looks_like_a_tombstone_code_is_erased(
    world: World, cycle_id: str
) -> None:
    person_id = world.person_id(cycle_id, "C-3")
    with world.database.writing() as tx:
        row = tx.get_one(PersonRow, person_id)
        row.code = "erased-somebody"
        row.profile = row.profile | {"id": row.code}
    with world.database.writing() as tx:
        person_rights.erase_person(tx, person_id, now=AFTER)
        first = tx.get_one(PersonRow, person_id)
        assert first.code != "erased-somebody"
        assert "Coachee 3" not in json.dumps(first.profile)
        code = first.code
        person_rights.erase_person(tx, person_id, now=AFTER)
        assert tx.get_one(PersonRow, person_id).code == code, "a tombstone's code is kept"
