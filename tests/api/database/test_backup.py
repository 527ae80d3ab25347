from __future__ import annotations

import functools
import threading
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import MetaData, Table, func, select

from api.accounts.rows import UserRow
from api.audit_trail import verification
from api.background.queue import JobQueue, migrate_job_tables
from api.background.worker_lease import WorkerLeaseHeldError, hold_worker_lease
from api.cli.backup import backup, restore
from api.crypto.encrypted_stream import BackupDecryptionError, decrypt_file, encrypt_file
from api.crypto.envelope_encryption import new_data_key
from api.cycles.rows import CycleRow
from api.database import backup as copying
from api.database import schema
from api.database.engine import Database
from api.job_types import JOB_TYPES
from api.overview import cycles as overview_cycles
from api.runs import run_queue
from api.runs.frozen_input import RunOptions
from coach.errors import ConflictError, DomainError

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import PostgresServer, World

MIB = 1024 * 1024
KEY = new_data_key()


def _encrypted(folder: Path, content: bytes) -> Path:
    (folder / "plain").write_bytes(content)
    encrypt_file(KEY, folder / "plain", folder / "sealed")
    return folder / "sealed"


@pytest.mark.parametrize("size", [0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB])
def test_decryption_restores_file_of_any_size(tmp_path: Path, size: int) -> None:
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    sealed = _encrypted(tmp_path, content)
    decrypt_file(KEY, sealed, tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == content
    assert sealed.stat().st_mode & 0o077 == 0


@settings(deadline=None)  # the machine may be busy
@given(data=st.data())
def test_altered_file_is_not_decrypted(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("copy")
    sealed = _encrypted(folder, b"text" * 10)
    whole = bytearray(sealed.read_bytes())
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    sealed.write_bytes(whole)
    with pytest.raises(BackupDecryptionError):
        decrypt_file(KEY, sealed, folder / "back")


def test_missing_or_reordered_chunks_are_detected(tmp_path: Path) -> None:
    sealed = _encrypted(tmp_path, b"a" * MIB + b"b" * MIB + b"c" * MIB)
    whole = sealed.read_bytes()
    piece = MIB + 16
    head, pieces = whole[: -3 * piece], [whole[-3 * piece :][n * piece :][:piece] for n in range(3)]
    for number, order in enumerate(([0, 1], [1, 0, 2], [0, 2], [0, 1, 1, 2], [])):
        sealed.write_bytes(head + b"".join(pieces[n] for n in order))
        with pytest.raises(BackupDecryptionError):
            decrypt_file(KEY, sealed, tmp_path / f"back-{number}")


def test_decryption_with_another_key_fails(tmp_path: Path) -> None:
    sealed = _encrypted(tmp_path, b"text")
    with pytest.raises(BackupDecryptionError, match="another key file"):
        decrypt_file(new_data_key(), sealed, tmp_path / "back")


@pytest.fixture
def commands(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> tuple[Callable[..., None], Callable[..., None]]:
    """Return the commands `backup` and `restore`, bound to the database of `world`."""
    monkeypatch.setenv("DATABASE_URL", world.services.settings.database_url)
    data = world.services.settings.data_dir
    return functools.partial(backup, data=data), functools.partial(restore, data=data)


def _cycle_count(world: World) -> int:
    database = Database(world.services.settings.database_url)
    with database.reading() as tx:
        count = tx.scalar(select(func.count()).select_from(CycleRow))
    database.close()
    return count or 0


def test_restore_returns_database_to_its_state_at_backup(
    world: World,
    commands: tuple[Callable[..., None], Callable[..., None]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    back_it_up, put_it_back = commands
    world.cycle()
    back_it_up(tmp_path / "copy")
    assert b"Coachee 1" not in (tmp_path / "copy").read_bytes()
    assert "Store a copy of that file separately" in capsys.readouterr().out
    world.cycle()
    world.database.close()
    put_it_back(tmp_path / "copy", force=True)
    assert _cycle_count(world) == 1
    said = capsys.readouterr().out
    assert "rows) is intact" in said
    kept = Path(said.rpartition("saved as ")[2].strip())
    assert kept.exists()
    assert kept.with_name(kept.name + "-wal").exists() or kept.stat().st_size > 0
    before = kept.read_bytes()
    put_it_back(tmp_path / "copy", force=True)  # within the same second
    again = Path(capsys.readouterr().out.rpartition("saved as ")[2].strip())
    assert again.exists()
    assert again != kept
    assert kept.read_bytes() == before
    if not world.database.is_sqlite:
        put_it_back(kept, force=True)
        assert _cycle_count(world) == 2


def test_existing_files_are_not_replaced_without_force(
    world: World, commands: tuple[Callable[..., None], Callable[..., None]], tmp_path: Path
) -> None:
    back_it_up, put_it_back = commands
    back_it_up(tmp_path / "copy")
    world.cycle()
    world.database.close()
    with pytest.raises(ConflictError, match="--force"):
        put_it_back(tmp_path / "copy")
    with pytest.raises(ConflictError, match="already"):
        back_it_up(tmp_path / "copy")
    assert _cycle_count(world) == 1


def test_restoring_damaged_backup_changes_nothing(
    world: World, commands: tuple[Callable[..., None], Callable[..., None]], tmp_path: Path
) -> None:
    back_it_up, put_it_back = commands
    back_it_up(tmp_path / "copy")
    world.cycle()
    whole = (tmp_path / "copy").read_bytes()
    (tmp_path / "copy").write_bytes(whole[:-1])
    before = {path.name for path in world.services.settings.data_dir.iterdir()}
    world.database.close()
    with pytest.raises(BackupDecryptionError):
        put_it_back(tmp_path / "copy", force=True)
    assert _cycle_count(world) == 1
    assert {path.name for path in world.services.settings.data_dir.iterdir()} - before <= {
        "worker@1.lock"
    }


def test_backup_of_corrupt_database_is_not_restored(
    world: World, commands: tuple[Callable[..., None], Callable[..., None]], tmp_path: Path
) -> None:
    _, put_it_back = commands
    (tmp_path / "text").write_bytes(b"no database" * 1000)
    encrypt_file(world.services.keyring.backups, tmp_path / "text", tmp_path / "copy")
    world.database.close()
    with pytest.raises(copying.CorruptBackupError):
        put_it_back(tmp_path / "copy", force=True, nobody_erased=True)


def test_restore_is_rejected_while_server_is_running(
    world: World, commands: tuple[Callable[..., None], Callable[..., None]], tmp_path: Path
) -> None:
    back_it_up, put_it_back = commands
    back_it_up(tmp_path / "copy")
    settings = world.services.settings
    refused = WorkerLeaseHeldError if world.database.is_sqlite else ConflictError
    with (
        hold_worker_lease(world.database, settings.executor_id),
        pytest.raises(refused, match="stop"),
    ):
        put_it_back(tmp_path / "copy", force=True)


def test_backup_during_writes_is_consistent(
    world: World, commands: tuple[Callable[..., None], Callable[..., None]], tmp_path: Path
) -> None:
    del commands
    stopping = threading.Event()

    def write() -> None:
        while not stopping.is_set():
            with world.database.writing() as tx:
                tx.add(UserRow(role="manager", name=str(id(tx)) + str(world.services.now()),
                               created_at=world.services.now()))  # fmt: skip

    writer = threading.Thread(target=write)
    writer.start()
    for number in range(3):
        copying.back_up(
            world.database, KEY, tmp_path / f"copy-{number}", migrate_job_tables, data_dir=tmp_path
        )
    stopping.set()
    writer.join()
    for number in range(3):
        decrypt_file(KEY, tmp_path / f"copy-{number}", tmp_path / f"back-{number}")
        copied = Database(f"sqlite:///{tmp_path / f'back-{number}'}")
        with copied.reading() as tx:
            assert overview_cycles.all_summaries(tx) == ()
        copied.close()


def _all_rows(database: Database) -> dict[str, list[str]]:
    """Return the sorted rows of every table as text, including the job engine's table of jobs.

    A JSON `null` is the text "null" in SQLite and `None` in PostgreSQL.
    """
    schema_of_jobs = None if database.is_sqlite else "dbos"
    jobs = MetaData()
    jobs.reflect(database.engine, schema=schema_of_jobs)
    tables: list[Table] = [*schema.METADATA.sorted_tables, jobs.tables[JOBS[schema_of_jobs]]]
    with database.reading() as tx:
        return {
            table.name: sorted(
                repr(sorted(row._asdict().items())).replace("'null'", "None")
                for row in tx.execute(select(table))
            )
            for table in tables
        }


JOBS = {None: "workflow_status", "dbos": "dbos.workflow_status"}


@pytest.mark.slow
def test_backup_moves_between_sqlite_and_postgresql(
    world: World, postgres: PostgresServer, tmp_path: Path
) -> None:
    now, key = world.services.now(), world.services.keyring.backups
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1", "C-2": "K-2"}))
    queue = JobQueue(world.services.settings.database_url, JOB_TYPES)
    with world.database.writing() as tx:
        run_queue.queue_cycle_run(tx, queue, cycle_id, RunOptions(), now=now)
    queue.close()
    before = _all_rows(world.database)
    assert len(before["sessions"]) == 4
    assert len(before["workflow_status"]) == 1
    source, previous = world.database, tmp_path
    places = (postgres.new_database(), f"sqlite:///{tmp_path}/x.sqlite", postgres.new_database())
    with ExitStack() as opened:
        for number, url in enumerate(places):
            copy, moved = tmp_path / f"copy-{number}", opened.enter_context(closing(Database(url)))
            copying.back_up(source, key, copy, migrate_job_tables, data_dir=tmp_path)
            copying.restore(
                moved, key, copy, migrate_job_tables, force=False, previous_folder=previous, now=now
            )
            assert _all_rows(moved) == before
            with moved.reading() as tx:
                assert verification.verify(tx, world.services.keyring).first_broken is None
            source = moved


def test_no_table_has_autoincrement_column() -> None:
    """Rows are copied with their ids, but a sequence in the database would not be advanced."""
    counted = [
        f"{table.name}.{column.name}"
        for table in schema.METADATA.sorted_tables
        if (column := table.autoincrement_column) is not None
    ]
    assert counted == []


def test_backup_to_unwritable_folder_is_reported(world: World, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(DomainError, match="could not be created"):
        copying.back_up(
            world.database,
            KEY,
            tmp_path / "file" / "copy",
            migrate_job_tables,
            data_dir=tmp_path,
        )
