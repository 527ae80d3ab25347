"""The shape of the database: bringing it up to this version, and refusing any other."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

import api.accounts.rows
import api.audit_trail.rows
import api.consent.rows
import api.cycles.rows
import api.database.rows
import api.invitations.rows
import api.mail.rows
import api.participants.rows
import api.personal_links.rows
import api.plan_queries.rows
import api.runs.rows
import api.sessions.rows  # noqa: F401
from api.database.engine import Database
from api.database.types import TableRow
from coach.errors import DomainError

METADATA = TableRow.metadata
"""Of every table; complete once `api.tables` is imported."""
_SCRIPTS = Path(__file__).parent / "migrations"
VERSION_TABLE = "gender_coach_schema"


class SchemaError(DomainError):
    """The database has the shape of another version of this programme."""


def migrate(database: Database, to: str = "head") -> str:
    """Bring the database to revision `to`, in one transaction, and return where it is.

    Foreign keys of SQLite are off meanwhile: rebuilding a table would otherwise delete what
    refers to it. Afterwards every reference is checked before anything is committed.

    Raises:
        SchemaError: the database is newer than this programme, or a reference is broken.
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
    """The revision the database says it has; `None` where it is empty."""
    with database.engine.connect() as connection:
        return _revision_of(connection)


def newest_revision() -> str:
    """The revision this version of the programme works with."""
    head = _scripts().get_current_head()
    if head is None:
        raise SchemaError("no migrations are installed; install the package again")
    return head


def require_current(database: Database) -> None:
    """Refuse to work on a database of another version.

    Raises:
        SchemaError: says whether it is older or newer, and what to do.
    """
    here, wanted = current_revision(database), newest_revision()
    if here == wanted:
        return
    if here is None:
        raise SchemaError("the database is empty: run `gender-coach migrate` first")
    if here in _known_revisions():
        raise SchemaError(
            f"the database is of an older version ({here}, this is {wanted}): "
            "make a backup and run `gender-coach migrate`"
        )
    raise SchemaError(
        f"the database is of a newer version ({here}) than this programme ({wanted}): "
        "install the newer programme, or restore a backup made with this one"
    )


def _refuse_newer(connection: Connection) -> None:
    here = _revision_of(connection)
    if here is not None and here not in _known_revisions():
        raise SchemaError(
            f"the database is of a newer version ({here}); install the newer programme to migrate"
        )


def _run_scripts(connection: Connection, to: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    going_down = to == "base" or (
        to != "head" and to in _known_revisions()[: _position(_revision_of(connection))]
    )
    (command.downgrade if going_down else command.upgrade)(config, to)


def _check_references(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        tables = ", ".join(sorted({str(row[0]) for row in broken}))
        raise SchemaError(
            f"after migrating, rows of {tables} refer to nothing; nothing was changed"
        )


def _revision_of(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    return context.get_current_revision()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(_SCRIPTS))


def _known_revisions() -> list[str]:
    """Every revision, oldest first."""
    return [script.revision for script in reversed(list(_scripts().walk_revisions()))]


def _position(revision: str | None) -> int:
    return 0 if revision is None else _known_revisions().index(revision)
