"""`gender-coach backup` and `gender-coach restore`: create and restore encrypted backups."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import DBAPIError

from api.audit_trail import log as audit
from api.audit_trail import verification
from api.background.worker_lease import hold_worker_lease
from api.cli import admin_facts as facts
from api.cli.output import echo
from api.cli.output import gettext as _
from api.cli.services import load_settings, migrate_job_tables, open_cli_services
from api.crypto.key_ring import open_keyring
from api.database.backup import back_up, require_unused
from api.database.backup import restore as put_back
from api.database.engine import Database, readable_database_errors

_DATA = typer.Option(help=_("Folder of the database and keys."))


def backup(
    to: Annotated[Path | None, typer.Option("--to", help=_("The file to create."))] = None,
    *,
    data: Annotated[Path | None, _DATA] = None,
) -> None:
    """Back up the database to an encrypted file, even while it is in use."""
    with open_cli_services(data) as services:
        target = to or services.settings.data_dir / f"backup-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        size = back_up(services.database, services.keyring.backups, target, migrate_job_tables)
        with services.database.writing() as tx:
            audit.record_event(tx, "database copied", "database", "main", bytes=size)
        key_file = services.settings.master_key_file
    echo(facts.BACKED_UP(file=str(target), megabytes=size / 1e6))
    echo(facts.KEEP_KEY_FILE(file=str(key_file)))


def restore(
    source: Annotated[Path, typer.Argument(metavar="FILE", help=_("A file created by `backup`."))],
    *,
    force: Annotated[
        bool, typer.Option("--force", help=_("Replace an existing database, which is saved first."))
    ] = False,
    data: Annotated[Path | None, _DATA] = None,
) -> None:
    """Check a backup and restore it in place of the database."""
    settings = load_settings(data_dir=data)
    keyring = open_keyring(settings.master_key_file, create=False)
    now = datetime.now(UTC)
    with (
        closing(Database(settings.database_url)) as database,
        readable_database_errors(settings.database_url),
    ):
        require_unused(database)
        replaced = _rows_of_replaced_trail(database)
        with hold_worker_lease(database, settings.data_dir, settings.executor_id):
            kept = put_back(
                database,
                keyring.backups,
                source,
                migrate_job_tables,
                force=force,
                previous_folder=settings.data_dir,
                now=now,
            )
    with open_cli_services(data) as services, services.database.writing() as tx:
        report = verification.verify(tx, services.keyring)
        audit.record_event(
            tx,
            verification.RESTORED,
            "database",
            "main",
            rows=report.rows,
            replaced=replaced,
        )
    file, rows = str(source), report.rows
    if report.first_broken is None:
        echo(facts.RESTORED_INTACT(file=file, count=rows))
    else:
        echo(facts.RESTORED_BROKEN(file=file, count=rows, row=report.first_broken))
    if kept is not None:
        echo(facts.PREVIOUS_SAVED(file=str(kept)))


def _rows_of_replaced_trail(database: Database) -> int:
    """Return the number of rows in the trail of a database that is about to be replaced.

    Returns 0 if there is no database, or if it cannot be read, for example because it is damaged.
    """
    try:
        if database.is_sqlite and not Path(database.engine.url.database or "").exists():
            return 0
        with database.reading() as tx:
            return verification.trail_status(tx).rows
    except DBAPIError:
        return 0
    finally:
        database.close()
