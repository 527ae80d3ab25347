"""Notes are encrypted, bound to their rows, and readable only by their author."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from api.database.schema import METADATA
from api.http.principal import AccessRole, Principal
from api.overview import cycles as overview_cycles
from api.session_reports import altered_notes, notes
from api.session_reports.notebook_integrity import NotebookAlteredError
from api.session_reports.rows import NoteKeyRow, NoteRow
from api.sessions import schedule
from api.sessions.schedule import own_session
from coach.errors import NotAllowedError, NotFoundError
from coach.feedback import Note

if TYPE_CHECKING:
    from conftest import World

SECRET = "wishes to leave the unit"  # noqa: S105 - a confidence, no password


def _coach_and_session(world: World, code: str = "C-1") -> tuple[Principal, str]:
    with world.database.reading() as tx:
        cycle_id = overview_cycles.all_summaries(tx)[0].id
        session = next(
            session
            for session in schedule.cycle_schedule(tx, cycle_id)
            if session.coachee.code == code
        )
    return world.coach_with_notebook(session.coach.id), session.id


@pytest.fixture
def published(world: World) -> World:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1", "C-2": "K-1", "C-3": "K-2"}))
    return world


def test_only_the_author_can_read_a_note(published: World) -> None:
    keyring, now = published.services.keyring, published.services.now()
    coach, session_id = _coach_and_session(published)
    other, _ = _coach_and_session(published, "C-3")
    with published.database.writing() as tx:
        notes.store_note(
            tx, keyring, coach, own_session(tx, coach, session_id), Note(text=SECRET), now=now
        )
    with published.database.reading() as tx:
        assert notes.find_note(tx, keyring, coach, session_id).view.text == SECRET
        for stranger in (
            other,
            Principal(AccessRole.MANAGER, user_id="office"),
            Principal(AccessRole.COACHEE, person_id=coach.person_id),
        ):
            assert notes.find_note(tx, keyring, stranger, session_id) is None


def test_only_the_coach_of_a_session_can_write_a_note_on_it(published: World) -> None:
    keyring, now = published.services.keyring, published.services.now()
    other, _ = _coach_and_session(published, "C-3")
    _, session_id = _coach_and_session(published)
    note = Note(text=SECRET)
    with published.database.writing() as tx:
        with pytest.raises(NotFoundError):
            notes.store_note(tx, keyring, other, own_session(tx, other, session_id), note, now=now)
        with pytest.raises(NotAllowedError):
            notes.store_note(
                tx,
                keyring,
                Principal(AccessRole.MANAGER),
                own_session(tx, Principal(AccessRole.MANAGER), session_id),
                note,
                now=now,
            )


def test_the_database_contains_no_note_in_plaintext(published: World) -> None:
    keyring, now = published.services.keyring, published.services.now()
    coach, session_id = _coach_and_session(published)
    with published.database.writing() as tx:
        notes.store_note(
            tx, keyring, coach, own_session(tx, coach, session_id), Note(text=SECRET), now=now
        )
    with published.database.reading() as tx:
        for table in METADATA.sorted_tables:
            assert not [row for row in tx.execute(table.select()) if SECRET in repr(tuple(row))]
    folder = published.services.settings.data_dir
    files = [path for path in folder.iterdir() if path.is_file()]
    assert files
    assert not [path for path in files if SECRET.encode() in path.read_bytes()]


def test_notes_swapped_between_rows_cannot_be_decrypted(published: World) -> None:
    keyring, now = published.services.keyring, published.services.now()
    coach, one = _coach_and_session(published, "C-1")
    _, two = _coach_and_session(published, "C-2")
    with published.database.writing() as tx:
        for session_id in (one, two):
            notes.store_note(
                tx, keyring, coach, own_session(tx, coach, session_id), Note(text=SECRET), now=now
            )
        sealed = tx.scalar(select(NoteRow.sealed).where(NoteRow.session_id == one))
        tx.execute(update(NoteRow).where(NoteRow.session_id == two).values(sealed=sealed))
    _refused(published, coach, two, "notes")
    altered_notes.accept_notes(published.services, coach)
    _refused(published, coach, two, "note")


def _refused(world: World, coach: Principal, session_id: str, how: str) -> None:
    """Check that a note is not shown, and check the reason."""
    keyring = world.services.keyring
    with world.database.reading() as tx, pytest.raises(NotebookAlteredError) as refused:
        notes.find_note(tx, keyring, coach, session_id)
    assert refused.value.how == how


def test_a_restored_older_version_cannot_be_decrypted(published: World) -> None:
    keyring, now = published.services.keyring, published.services.now()
    coach, session_id = _coach_and_session(published)
    with published.database.writing() as tx:
        notes.store_note(
            tx, keyring, coach, own_session(tx, coach, session_id), Note(text="first"), now=now
        )
        sealed = tx.scalar(select(NoteRow.sealed))
        notes.store_note(
            tx,
            keyring,
            coach,
            own_session(tx, coach, session_id),
            Note(text="second"),
            now=now + timedelta(hours=1),
        )
        assert notes.find_note(tx, keyring, coach, session_id).view.text == "second"
        tx.execute(update(NoteRow).values(sealed=sealed))
    _refused(published, coach, session_id, "notes")
    altered_notes.accept_notes(published.services, coach)
    _refused(published, coach, session_id, "note")


def test_a_coach_has_a_separate_key_for_each_coachee(published: World) -> None:
    keyring, now = published.services.keyring, published.services.now()
    coach, one = _coach_and_session(published, "C-1")
    _, two = _coach_and_session(published, "C-2")
    with published.database.writing() as tx:
        for session_id in (one, two, one):
            notes.store_note(
                tx, keyring, coach, own_session(tx, coach, session_id), Note(text=SECRET), now=now
            )
        keys = tx.execute(select(NoteKeyRow.subject_id, NoteKeyRow.wrapped)).all()
    assert len({key.subject_id for key in keys}) == len(keys) == 2
    assert len({key.wrapped for key in keys}) == 2
