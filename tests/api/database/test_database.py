"""Connections, transactions, column types and migrations on both databases."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from datetime import datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, MetaData, String, Table, inspect, select
from sqlalchemy.exc import IntegrityError, StatementError

from api.accounts.rows import UserRow
from api.background.queue import migrate_job_tables
from api.background.worker_lease import WorkerLeaseHeldError, hold_worker_lease
from api.cycles.rows import CycleRow
from api.database import schema
from api.database.engine import Database
from api.database.existing_row import existing_row
from api.participants.rows import PersonRow
from api.settings import Settings
from api.tables import TABLES
from coach.errors import NotFoundError

MOMENT = datetime.fromisoformat("2026-12-01T10:00:00+01:00")


@pytest.fixture
def empty(settings: Settings) -> Iterator[Database]:
    database = Database(settings.database_url)
    yield database
    database.close()


@pytest.fixture
def database(empty: Database) -> Database:
    schema.migrate(empty)
    return empty


def _only_on_sqlite(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("this test is about SQLite; unset TEST_DATABASE to run it")


def test_sqlite_connection_has_safety_settings(database: Database) -> None:
    _only_on_sqlite(database)
    with database.engine.connect() as connection:
        said = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    assert said == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "synchronous": 2,
        "busy_timeout": 30_000,
    }


def test_concurrent_writers_lose_no_update(database: Database) -> None:
    with database.writing() as tx:
        tx.add(UserRow(id="one", name="0", role="manager", created_at=MOMENT))

    def add_fifty() -> None:
        for _ in range(50):
            with database.writing() as tx:
                row = tx.get_one(UserRow, "one")
                row.name = str(int(row.name) + 1)

    threads = [threading.Thread(target=add_fifty) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as tx:
        assert tx.get_one(UserRow, "one").name == "200"


def test_failed_transaction_is_rolled_back(database: Database) -> None:
    def fail_late() -> None:
        with database.writing() as tx:
            tx.add(UserRow(name="gone", role="manager", created_at=MOMENT))
            tx.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_late()
    with database.reading() as tx:
        assert tx.scalar(select(UserRow)) is None


def test_changes_in_reading_transaction_are_rolled_back(database: Database) -> None:
    with database.reading() as tx:
        tx.add(UserRow(name="gone", role="manager", created_at=MOMENT))
        tx.flush()
    with database.reading() as tx:
        assert tx.scalar(select(UserRow)) is None


def test_row_with_missing_reference_is_rejected(database: Database) -> None:
    with pytest.raises(IntegrityError), database.writing() as tx:
        tx.add(
            PersonRow(
                cycle_id="nowhere",
                side="coach",
                code="K",
                position=0,
                name="K",
                email="k@example.org",
                timezone="UTC",
                profile={},
            )
        )


def test_a_row_that_does_not_exist_is_named_in_the_error(database: Database) -> None:
    with (
        database.reading() as tx,
        pytest.raises(NotFoundError, match=r"^there is no cycle 7$"),
    ):
        existing_row(tx, CycleRow, "7", "cycle")


def test_datetimes_are_returned_aware_and_in_utc(database: Database) -> None:
    with database.writing() as tx:
        tx.add(UserRow(id="one", name="x", role="manager", created_at=MOMENT))
    with database.reading() as tx:
        kept = tx.get_one(UserRow, "one").created_at
    assert kept == MOMENT
    assert kept.isoformat() == "2026-12-01T09:00:00+00:00"


def test_naive_datetime_is_rejected(database: Database) -> None:
    with pytest.raises(StatementError, match="time zone"), database.writing() as tx:
        tx.add(UserRow(name="x", role="manager", created_at=MOMENT.replace(tzinfo=None)))


def test_migrated_schema_equals_models(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "version_table": schema.VERSION_TABLE,
                "compare_type": True,
                "include_name": lambda name, kind, _: (
                    kind != "table" or name in schema.METADATA.tables
                ),
            },
        )
        assert compare_metadata(context, schema.METADATA) == []


def test_downgrade_and_upgrade_restore_the_schema(empty: Database) -> None:
    database = empty
    migrate_job_tables(database.url)
    jobs_in = None if database.is_sqlite else "dbos"
    assert schema.migrate(database) == schema.newest_revision()
    assert schema.migrate(database, "base") == "empty"
    assert not set(schema.METADATA.tables) & set(inspect(database.engine).get_table_names())
    assert "workflow_status" in inspect(database.engine).get_table_names(jobs_in)
    assert schema.migrate(database) == schema.newest_revision()


def test_migrating_current_database_preserves_rows(database: Database) -> None:
    with database.writing() as tx:
        tx.add(CycleRow(name="x", policy={}, source="", created_at=MOMENT, changed_at=MOMENT))
    schema.migrate(database)
    with database.reading() as tx:
        assert tx.scalar(select(CycleRow.name)) == "x"


def test_migration_with_broken_reference_is_rolled_back(
    empty: Database, settings: Settings
) -> None:
    database = empty
    _only_on_sqlite(database)
    with sqlite3.connect(settings.data_dir / "gender-coach.sqlite") as raw:
        raw.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
        raw.execute("CREATE TABLE child (parent INTEGER REFERENCES parent)")
        raw.execute("INSERT INTO child VALUES (7)")
    with pytest.raises(schema.SchemaError, match="child"):
        schema.migrate(database)
    assert schema.current_revision(database) is None


@pytest.mark.parametrize(
    ("revision", "advice"), [("0000", "newer"), ("9999", "newer"), (None, "migrate")]
)
def test_database_of_another_version_is_rejected(
    database: Database, revision: str | None, advice: str
) -> None:
    with database.writing() as tx:
        version = Table(schema.VERSION_TABLE, MetaData(), Column("version_num", String))
        tx.execute(version.delete())
        if revision is not None:
            tx.execute(version.insert().values(version_num=revision))
    with pytest.raises(schema.SchemaError, match=advice):
        schema.require_current(database)


def test_worker_lease_is_exclusive(database: Database) -> None:
    with hold_worker_lease(database, "worker@1"):
        with (
            pytest.raises(WorkerLeaseHeldError, match="worker@1"),
            hold_worker_lease(database, "worker@1"),
        ):
            pass
        with hold_worker_lease(database, "worker@2"):
            pass
    with hold_worker_lease(database, "worker@1"):
        pass


def test_every_table_is_exported_by_a_package() -> None:
    exported = {row.__tablename__ for row in TABLES}
    assert exported == set(schema.METADATA.tables)
    assert len(exported) == len(TABLES)
