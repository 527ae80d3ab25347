"""Attacks on notes by someone who has the data, the keys, or write access to the database."""

from __future__ import annotations

import secrets
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx
import pytest
from sqlalchemy import delete, insert, select, update

from api.accounts.credentials import credential_row
from api.accounts.rows import CredentialKind
from api.audit_trail.log import record_event
from api.audit_trail.rows import AuditRow
from api.audit_trail.verification import RESTORED
from api.crypto.envelope_encryption import DecryptionError, decrypt
from api.data_protection import subject_access
from api.http.principal import SeenVersion
from api.session_reports.notebook_integrity import restored_to
from api.session_reports.notebook_openers import UnlockedNotebook, add_opener, new_opener_key
from api.session_reports.rows import (
    ErasedNoteRow,
    NotebookOpenerRow,
    NotebookRow,
    NoteKeyRow,
    NoteRow,
    OpenerKind,
)
from api.sessions import schedule
from tests.api.notebook_calls import begin_notebook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import World

    from api.crypto.key_ring import Keyring

API = "/api/v1"
NOTE = "a confidence 77e1"
_YEARS, _MINUTE = timedelta(days=3650), timedelta(minutes=1)
TABLES = (NotebookRow, NoteKeyRow, NoteRow)


class Coach:
    """A coach with three sessions, on a device on which their notebook is open."""

    def __init__(self, world: World, base: httpx.URL) -> None:
        self.world, self.cycle_id = world, world.cycle()
        pairs = {"C-1": "K-1", "C-2": "K-1"}
        world.published(self.cycle_id, world.result(pairs))
        self.person_id = world.person_id(self.cycle_id, "K-1")
        with world.database.reading() as tx:
            sessions = schedule.cycle_schedule(tx, self.cycle_id)
        self.sessions = [session.id for session in sessions]
        self.coachees = {session.id: session.coachee.id for session in sessions}
        self.link = world.link(self.cycle_id, "K-1").secret
        self.base, self.bearer = base, {"Authorization": f"Bearer {self.link}"}
        self.device = httpx.Client(base_url=base, timeout=30)
        self.device.headers["Origin"] = str(base).rstrip("/")
        self.recovery_code = begin_notebook(self.device, self.bearer)

    def write(self, session: int, text: str = NOTE) -> None:
        address = f"{API}/sessions/{self.sessions[session]}/note"
        answer = self.device.put(address, json={"text": text}, headers=self.bearer)
        assert answer.status_code == HTTPStatus.OK, answer.text

    def read(self, session: int, device: httpx.Client | None = None) -> httpx.Response:
        address = f"{API}/sessions/{self.sessions[session]}/note"
        return (device or self.device).get(address, headers=self.bearer)

    def page(self, rest: str) -> httpx.Response:
        return self.device.get(f"/p/{self.link}{rest}")

    def rows(self) -> dict[type, list[dict[str, object]]]:
        """Return the stored state of all notebooks, keys and notes."""
        with self.world.database.reading() as tx:
            return {
                table: [dict(row._mapping) for row in tx.execute(select(table.__table__))]  # noqa: SLF001 - the documented way
                for table in TABLES
            }

    def put_back(self, table: type, rows: list[dict[str, object]]) -> None:
        """Restore earlier rows in the database of the running server."""
        with self.world.database.writing() as tx:
            for row in rows:
                key = {column.name: row[column.name] for column in table.__table__.primary_key}
                matching = [table.__table__.c[name] == value for name, value in key.items()]
                tx.execute(update(table.__table__).where(*matching).values(**row))

    def noticed(self) -> list[str]:
        """Return the kind of alteration from each audit event about altered notes."""
        with self.world.database.reading() as tx:
            rows = tx.scalars(select(AuditRow).where(AuditRow.action == "altered notes noticed"))
            return [str(row.detail["how"]) for row in rows]


@pytest.fixture
def coach(world: World, client: httpx.Client) -> Iterator[Coach]:
    coach = Coach(world, client.base_url)
    yield coach
    coach.device.close()


def _known_keys(keyring: Keyring, openers: list[NotebookOpenerRow]) -> set[bytes]:
    """Return all keys that someone with the key file and the database can try."""
    known = {*keyring.master.values(), keyring.links, keyring.audit, keyring.backups}
    for opener in openers:  # the inner layer, in case it is the key itself
        outer = ("notebook_openers", opener.id, opener.person_id, opener.notebook, opener.kind)
        inner = decrypt(
            keyring.master[opener.master_version], opener.sealed, *outer, opener.master_version
        )
        known |= {inner[-32:], inner[:32], opener.salt * 2}
    return known


def test_database_and_key_file_together_open_no_note(coach: Coach) -> None:
    for session in range(4):
        coach.write(session)
    with coach.world.database.reading() as tx:
        openers = list(tx.scalars(select(NotebookOpenerRow)))
        keys, notes = list(tx.scalars(select(NoteKeyRow))), list(tx.scalars(select(NoteRow)))
        known, opened = _known_keys(coach.world.services.keyring, openers), 0
        for key in keys:
            fields = ("note_keys", key.id, key.author_id, key.subject_id)
            for candidate in known:
                for rest in (("notebook", key.notebook), *((version,) for version in range(3))):
                    opened += _decrypts(candidate, key.wrapped, *fields, *rest)
        for note in notes:
            fields = ("notes", note.id, note.session_id, note.author_id, note.key_id, note.version)
            opened += sum(_decrypts(candidate, note.sealed, *fields) for candidate in known)
    assert len(notes) == 4
    assert len(openers) == 2, "the device and the recovery code"
    assert opened == 0


def _decrypts(key: bytes, sealed: bytes, *associated_data: str | int) -> bool:
    try:
        decrypt(key, sealed, *associated_data)
    except DecryptionError:
        return False
    return True


@pytest.mark.parametrize("with_opener", [False, True])
def test_inserted_rows_of_credentials_and_openers_open_no_note(
    coach: Coach, *, with_opener: bool
) -> None:
    """This holds even with valid seals: an opener can only contain a key that its writer knows."""
    coach.write(0)
    world, link, key = coach.world, secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    now = world.services.now()
    ends = now + timedelta(days=9)
    with world.database.writing() as tx:
        for kind, secret in ((CredentialKind.LINK, link), (CredentialKind.NOTES, key)):
            row = credential_row(kind, secret, now, ends, person_id=coach.person_id, label="1")
            tx.add(row)
            tx.flush()
        if with_opener:
            notebook = tx.scalars(select(NotebookRow)).one()
            made_up = UnlockedNotebook(notebook, secrets.token_bytes(32))
            opener = new_opener_key(OpenerKind.DEVICE, key)
            add_opener(tx, world.services.keyring, made_up, opener, now=now, credential_id=row.id)
    headers = {"Authorization": f"Bearer {link}", "X-Notes-Key": key}
    address = f"{API}/sessions/{coach.sessions[0]}/note"
    answer = httpx.get(f"{coach.base}{address}", headers=headers)
    assert answer.status_code == (HTTPStatus.CONFLICT if with_opener else HTTPStatus.FORBIDDEN)
    assert NOTE not in answer.text
    page = httpx.get(f"{coach.base}/p/{link}/sessions/{coach.sessions[0]}", headers=headers)
    assert NOTE not in page.text
    assert coach.read(0).json()["text"] == NOTE


@pytest.mark.parametrize(
    "change",
    [
        {"sealed": b"\0" * 92},
        {"salt": b"\0" * 16},
        {"kind": OpenerKind.PASSPHRASE},
        {"id": "0" * 20},
        {"master_version": 7},
        {"label": "Firefox, Linux"},
    ],
    ids=str,
)
def test_an_altered_opener_opens_nothing(coach: Coach, change: dict[str, object]) -> None:
    coach.write(0)
    with coach.world.database.writing() as tx:
        openers = NotebookOpenerRow.__table__
        device = openers.c.kind == OpenerKind.DEVICE
        tx.execute(update(openers).where(device).values(**change))
    answer = coach.read(0)
    assert answer.status_code == HTTPStatus.CONFLICT
    assert NOTE not in answer.text


def test_openers_of_two_coaches_cannot_be_swapped(coach: Coach) -> None:
    coach.write(0)
    other = Coach(coach.world, coach.base)
    other.write(0, "of another coach")
    with coach.world.database.writing() as tx:
        device = NotebookOpenerRow.kind == OpenerKind.DEVICE
        one, two = tx.scalars(select(NotebookOpenerRow).where(device)).all()
        one.sealed, two.sealed = two.sealed, one.sealed
        one.salt, two.salt = two.salt, one.salt
    for each in (coach, other):
        assert each.read(0).status_code == HTTPStatus.CONFLICT
    assert set(coach.noticed()) == {"opener"}
    other.device.close()


def test_a_single_older_note_that_was_put_back_is_noticed(coach: Coach) -> None:
    coach.write(0, "first")
    coach.write(1)
    before = coach.rows()[NoteRow]
    coach.write(0, "second")
    coach.put_back(NoteRow, before)
    for session in (0, 1):
        answer = coach.read(session)
        assert answer.status_code == HTTPStatus.CONFLICT
        assert "changed outside this application" in answer.json()["detail"]
    page = coach.page(f"/sessions/{coach.sessions[0]}").text
    assert "Your notes were changed outside this application" in page
    assert "first" not in page
    assert coach.noticed() == ["notes"] * 3
    assert coach.page(f"/sessions/{coach.sessions[0]}/note").status_code == HTTPStatus.CONFLICT
    assert "Your notes are not shown" in coach.page("/notes").text
    accepted = coach.device.post(f"/p/{coach.link}/notes/accept")
    assert accepted.status_code == HTTPStatus.SEE_OTHER
    assert coach.read(0).json()["text"] == "first"


@pytest.mark.parametrize("session", [0, 1, 2])
def test_a_removed_note_is_noticed(coach: Coach, session: int) -> None:
    """The removal is detected on reading the note's session, another note, or an empty session."""
    coach.write(0)
    coach.write(1)
    with coach.world.database.writing() as tx:
        tx.execute(delete(NoteRow).where(NoteRow.session_id == coach.sessions[0]))
    assert coach.read(session).status_code == HTTPStatus.CONFLICT
    assert coach.noticed() == ["notes"]


def test_a_note_that_was_added_is_noticed(coach: Coach) -> None:
    coach.write(0)
    (row,) = coach.rows()[NoteRow]
    added = row | {"id": "f" * 20, "session_id": coach.sessions[1]}
    with coach.world.database.writing() as tx:
        tx.execute(insert(NoteRow).values(**added))
    assert coach.read(0).status_code == HTTPStatus.CONFLICT


def test_a_whole_older_notebook_is_noticed_by_the_device(coach: Coach) -> None:
    coach.write(0, "first")
    before = coach.rows()
    coach.write(0, "second")
    for table, rows in before.items():
        coach.put_back(table, rows)
    answer = coach.read(0)
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "older than those that this device has seen" in answer.json()["detail"]
    assert coach.noticed() == ["notebook"]
    del coach.device.cookies[next(n for n in coach.device.cookies if n.endswith("-version"))]
    assert coach.read(0).json()["text"] == "first", "a device that remembers nothing sees no change"


def test_a_device_that_only_reads_remembers_the_version_too(coach: Coach) -> None:
    coach.write(0, "first")
    before = coach.rows()
    reader = httpx.Client(base_url=coach.base, timeout=30)
    opened = {"passphrase": coach.recovery_code}
    assert reader.post(f"{API}/me/notes/open", json=opened, headers=coach.bearer).is_success
    coach.write(0, "second")
    assert coach.read(0, reader).json()["text"] == "second"
    for table, rows in before.items():
        coach.put_back(table, rows)
    assert coach.read(0, reader).status_code == HTTPStatus.CONFLICT
    reader.close()


def test_an_erasure_is_no_alarm_and_a_removal_in_its_guise_is_noticed(coach: Coach) -> None:
    for session in range(4):
        coach.write(session)
    erased = coach.coachees[coach.sessions[0]]
    left = next(n for n, session in enumerate(coach.sessions) if coach.coachees[session] != erased)
    with coach.world.database.writing() as tx:
        subject_access.erase_person(tx, erased, now=coach.world.services.now() + _YEARS)
    assert coach.read(left).json()["text"] == NOTE
    assert coach.read(0).status_code == HTTPStatus.NOT_FOUND
    with coach.world.database.writing() as tx:
        assert len(tx.scalars(select(ErasedNoteRow)).all()) == 2
        note = tx.scalars(select(NoteRow).limit(1)).one()
        forged = tx.scalars(select(ErasedNoteRow).limit(1)).one()
        fields = {name: getattr(note, name) for name in ("author_id", "notebook", "session_id")}
        row = ErasedNoteRow(
            id=note.id,
            version=note.version,
            sha256="0" * 64,
            erased_at=forged.erased_at,
            seal=forged.seal,
            **fields,
        )
        tx.delete(note)
        tx.flush()
        tx.add(row)
    assert coach.read(left).status_code == HTTPStatus.CONFLICT


def test_a_change_after_an_erasure_forgets_what_was_erased(coach: Coach) -> None:
    for session in range(4):
        coach.write(session)
    erased = coach.coachees[coach.sessions[0]]
    left = next(n for n, session in enumerate(coach.sessions) if coach.coachees[session] != erased)
    with coach.world.database.writing() as tx:
        subject_access.erase_person(tx, erased, now=coach.world.services.now() + _YEARS)
    coach.write(left, "written since")
    with coach.world.database.reading() as tx:
        assert tx.scalars(select(ErasedNoteRow)).all() == []
    assert coach.read(left).json()["text"] == "written since"


def test_after_a_restore_an_older_notebook_is_explained_and_raises_no_alarm(coach: Coach) -> None:
    coach.write(0, "first")
    before = coach.rows()
    coach.write(0, "second")
    for table, rows in before.items():
        coach.put_back(table, rows)
    with coach.world.database.writing() as tx:
        record_event(tx, RESTORED, "database", "main", rows=1, replaced=2)
    assert coach.read(0).json()["text"] == "first"
    for rest in ("/notes", f"/sessions/{coach.sessions[0]}"):
        assert "The server was restored from a backup of" in coach.page(rest).text
    assert coach.noticed() == []
    coach.write(0, "third")
    assert "The server was restored" not in coach.page("/notes").text


def test_a_restore_does_not_explain_what_a_device_saw_after_it(world: World) -> None:
    cycle_id, now = world.cycle(), world.services.now()
    coach = world.coach_with_notebook(world.person_id(cycle_id, "K-1"))
    device = coach.notes_device
    assert device is not None
    with world.database.writing() as tx:
        record_event(tx, RESTORED, "database", "main", rows=1, replaced=2)
    for seen_at, explained in ((now - _MINUTE, True), (now + _MINUTE, False)):
        with world.database.reading() as tx:
            notebook = tx.get_one(NotebookRow, (coach.person_id, device.notebook))
            seen = SeenVersion(notebook.version + 1, seen_at)
            assert (restored_to(tx, notebook, seen) is not None) is explained
