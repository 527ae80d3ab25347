"""The database schema: migrations, and the check that the schema is current."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from api.database import facts
from api.database.engine import Database
from api.database.types import TableRow
from coach.errors import DomainError

METADATA = TableRow.metadata
"""Metadata of all tables; complete once `api.tables` has been imported."""
_SCRIPTS = Path(__file__).parent / "migrations"
VERSION_TABLE = "gender_coach_schema"


class SchemaError(DomainError):
    """The database schema belongs to another version of the application, or cannot be migrated."""


def migrate(database: Database, to: str = "head") -> str:
    """Migrate the database to revision `to` in one transaction, and return its revision or `empty`.

    `to` may be older than the current revision. In SQLite, foreign keys are disabled during the
    migration, because rebuilding a table would otherwise delete the rows that reference it. All
    references are checked before the commit.

    Raises:
        SchemaError: the database is newer than this application, or the migration would break a
            reference.
    """
    engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if database.is_sqlite:
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("BEGIN EXCLUSIVE")
        else:
            connection.exec_driver_sql("BEGIN")
        try:
            _refuse_newer(connection)
            _run_scripts(connection, to)
            _check_references(connection)
            connection.exec_driver_sql("COMMIT")
        except BaseException:
            connection.exec_driver_sql("ROLLBACK")
            raise
        finally:
            if database.is_sqlite:
                connection.exec_driver_sql("PRAGMA foreign_keys=ON")
        return current_revision(database) or "empty"


def current_revision(database: Database) -> str | None:
    """Return the revision recorded in the database, or `None` if the database is empty."""
    with database.engine.connect() as connection:
        return _revision_of(connection)


def newest_revision() -> str:
    """Return the revision that this version of the application requires.

    Raises:
        SchemaError: the migrations are missing.
    """
    known = known_revisions()
    if not known:
        raise SchemaError(facts.MIGRATIONS_MISSING())
    return known[-1]


def require_current(database: Database) -> None:
    """Check that the database has the revision that this version requires.

    Raises:
        SchemaError: the database is empty, older or newer.
    """
    here, wanted = current_revision(database), newest_revision()
    if here == wanted:
        return
    if here is None:
        raise SchemaError(facts.EMPTY())
    if here in known_revisions():
        raise SchemaError(facts.OLDER(found=here, wanted=wanted))
    raise SchemaError(facts.NEWER(found=here, wanted=wanted))


def _refuse_newer(connection: Connection) -> None:
    here = _revision_of(connection)
    if here is not None and here not in known_revisions():
        raise SchemaError(facts.TOO_NEW_TO_MIGRATE(found=here))


def _run_scripts(connection: Connection, to: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    going_down = to == "base" or (
        to != "head" and to in known_revisions()[: _position(_revision_of(connection))]
    )
    (command.downgrade if going_down else command.upgrade)(config, to)


def _check_references(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        tables = sorted({str(row[0]) for row in broken})
        raise SchemaError(facts.BROKEN_REFERENCES(tables=tables))


def _revision_of(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    return context.get_current_revision()


@cache
def known_revisions() -> tuple[str, ...]:
    """Return all revisions, oldest first; the scripts are read once per process."""
    scripts = ScriptDirectory(str(_SCRIPTS)).walk_revisions()
    return tuple(reversed([script.revision for script in scripts]))


def _position(revision: str | None) -> int:
    return 0 if revision is None else known_revisions().index(revision)
