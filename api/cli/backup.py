"""`gender-coach backup` and `gender-coach restore`: create and restore encrypted backups."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from api.audit_trail import log as audit
from api.audit_trail import verification
from api.background.worker_lease import hold_worker_lease
from api.cli.services import load_settings, migrate_job_tables, open_cli_services
from api.crypto.key_ring import open_keyring
from api.database.backup import back_up, require_unused
from api.database.backup import restore as put_back
from api.database.engine import Database, readable_database_errors
from coach.plural import pluralise

_DATA = typer.Option(help="Folder of the database and keys.")


def backup(
    to: Annotated[Path | None, typer.Option("--to", help="The file to create.")] = None,
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
    typer.echo(
        f"{target}: {size / 1e6:.1f} MB, checked and encrypted.\n"
        f"Restoring it requires {key_file}. Store a copy of that file separately."
    )


def restore(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="A file created by `backup`.")],
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Replace an existing database, which is saved first.")
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
        audit.record_event(tx, "database restored", "database", "main", rows=report.rows)
    state = "intact" if report.first_broken is None else f"broken from row {report.first_broken}"
    typer.echo(
        f"Restored from {source}. The audit trail ({pluralise(report.rows, 'row')}) is {state}."
    )
    if kept is not None:
        typer.echo(f"The previous database was saved as {kept}")
