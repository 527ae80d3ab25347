"""`gender-coach backup` and `gender-coach restore`: create and restore encrypted backups."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import DBAPIError

from api.audit_trail import log as audit
from api.audit_trail import verification
from api.audit_trail.trail_status import trail_status
from api.audit_trail.verification import VerificationResult
from api.background.worker_lease import hold_worker_lease
from api.bootstrap import read_keyring
from api.cli import backup_facts as facts
from api.cli.output import echo
from api.cli.output import gettext as _
from api.cli.services import load_settings, migrate_job_tables, open_cli_services
from api.crypto.key_ring import Keyring
from api.crypto.row_seal import seal_info
from api.data_protection import copies
from api.data_protection.changed_access import (
    AccessChanges,
    TrailHead,
    read_changes,
    trail_head,
)
from api.data_protection.erased_ids import (
    ErasedIds,
    list_of_copy,
    recorded_ids,
    update_list,
    write_ids,
)
from api.data_protection.repeat_erasures import ids_to_erase, record_repeated, repeat_erasures
from api.data_protection.restored_access import (
    end_restored_access,
    ended_links,
    record_changes,
    repeat_changes,
)
from api.database.backup import require_unused
from api.database.backup import restore as put_back
from api.database.engine import Database, readable_database_errors
from api.http.principal import SYSTEM
from api.services import context_setter
from api.settings import Settings

_DATA = typer.Option(help=_("Folder that contains the database and the keys."))
_FORCE = typer.Option("--force", help=_("Replace an existing database, after saving a copy of it."))
_ERASED = typer.Option(
    "--erased",
    metavar="LIST",
    help=_(
        "A list of the IDs of people erased since the backup, to erase them again. Can be repeated."
    ),
)
_NOBODY_ERASED = typer.Option(
    "--nobody-erased",
    help=_("Restore without such a list, because nobody has been erased since the backup."),
)


def backup(
    to: Annotated[
        Path | None, typer.Option("--to", help=_("The file to create, or an existing folder."))
    ] = None,
    *,
    keep: Annotated[
        int | None,
        typer.Option(min=1, help=_("Keep this many backups in the folder, and delete older ones.")),
    ] = None,
    data: Annotated[Path | None, _DATA] = None,
) -> None:
    """Back up the database to an encrypted file, even while it is in use."""
    with open_cli_services(data) as services:
        settings = services.settings
        target = _target(settings, to)
        if keep is None and target.is_dir():
            keep = settings.backup_keep
        made = copies.make_copy(services, target, migrate_job_tables, keep=keep)
    echo(facts.BACKED_UP(file=str(made.path), megabytes=made.size / 1e6))
    if made.deleted:
        echo(facts.OLD_BACKUPS_DELETED(count=made.deleted))
    echo(facts.KEEP_KEY_FILE(file=str(settings.master_key_file)))
    if copies.lies_next_to_key(settings, made.path):
        echo(facts.NEXT_TO_KEY(file=str(made.path)), err=True)


def _target(settings: Settings, to: Path | None) -> Path:
    """Return a backup's target file or folder, creating the configured folder if necessary.

    Without an option or a setting, backups go to the data folder, as in earlier versions.

    Raises:
        CopyNextToKeyError: the backup would be stored next to its key.
    """
    target = to or settings.backup_dir
    if target is None:
        return settings.data_dir
    copies.refuse_next_to_key(settings, target)
    if to is None:
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
    return target


def restore(
    source: Annotated[Path, typer.Argument(metavar="FILE", help=_("A file created by `backup`."))],
    *,
    force: Annotated[bool, _FORCE] = False,
    erased: Annotated[list[Path] | None, _ERASED] = None,
    nobody_erased: Annotated[bool, _NOBODY_ERASED] = False,
    data: Annotated[Path | None, _DATA] = None,
) -> None:
    """Check a backup and restore it in place of the database.

    People who were erased after the backup was made are erased again. Users have to sign in again,
    and people have to verify their devices again.
    """
    settings = load_settings(data_dir=data)
    keyring = read_keyring(settings)
    ids = ids_to_erase(
        keyring, source, settings.data_dir, erased or (), nobody_erased=nobody_erased
    )
    with (
        closing(Database(settings.database_url)) as database,
        readable_database_errors(settings.database_url),
    ):
        require_unused(database)
        replaced = _read_replaced(database)
        ids |= replaced.erased
        now, url = datetime.now(UTC), settings.database_url
        repeating = _Repetition(keyring, ids, replaced.ended_links, now, url)
        with hold_worker_lease(database, settings.executor_id):
            kept = put_back(
                database,
                keyring.backups,
                source,
                migrate_job_tables,
                force=force,
                previous_folder=settings.data_dir,
                now=repeating.now,
                prepare=repeating,
                earlier_keys=keyring.earlier_backups,
            )
    if kept is not None and not database.is_sqlite:
        write_ids(list_of_copy(kept), keyring, ids)
    report = _record(data, replaced.rows, repeating)
    _print_outcome(source, report, repeating.done, kept)


@dataclass(frozen=True, slots=True)
class _Replaced:
    """The data that a restore carries over from the replaced database; empty if there is none.

    `rows` is the number of rows in the audit trail of the replaced database.
    """

    rows: int = 0
    erased: ErasedIds = field(default_factory=ErasedIds)
    ended_links: frozenset[str] = frozenset()


class _Repetition:
    """Re-applies erasures and access changes to a copy that is about to be restored.

    `url` is the URL of the database that the copy replaces. `done` contains the ids of the people
    and cycles that were erased again, and `changes` contains the access changes.
    """

    def __init__(
        self, keyring: Keyring, ids: ErasedIds, links: frozenset[str], now: datetime, url: str
    ) -> None:
        self.now = now
        self.done = ErasedIds()
        self.changes: AccessChanges | None = None
        self._keyring, self._url = keyring, url
        self._ids, self._ended_links = ids, links
        self._set_context = context_setter(keyring, lambda: SYSTEM, lambda: now)
        self._info = seal_info(keyring)

    def __call__(self, copy: Database) -> None:
        with copy.on_behalf_of(self._set_context, self._info).writing() as tx:
            self.changes = self._changes_after(trail_head(tx))
            if self.changes is not None:
                repeat_changes(tx, self.changes, now=self.now)
            self.done = repeat_erasures(tx, self._ids, now=self.now)
            end_restored_access(tx, self._ended_links, now=self.now)

    def _changes_after(self, head: TrailHead) -> AccessChanges | None:
        """Return the access changes in the database to be replaced.

        Returns `None` if there is no such database, or if it cannot be read.
        """
        with closing(Database(self._url)) as database:
            if not _exists(database):
                return None
            try:
                bound = database.on_behalf_of(self._set_context, self._info)
                with bound.reading() as tx:
                    return read_changes(tx, self._keyring, head)
            except DBAPIError:
                return None


def _exists(database: Database) -> bool:
    """Return whether a SQLite database exists; other databases are assumed to exist.

    The database is not opened, because this would create a SQLite file.
    """
    return not database.is_sqlite or Path(database.engine.url.database or "").exists()


def _record(data: Path | None, replaced: int, repeating: _Repetition) -> VerificationResult:
    """Record the restore and the repeated changes, and update the list of erased ids.

    Returns:
        The result of verifying the restored audit trail before these events were added.
    """
    with open_cli_services(data) as services:
        with services.database.writing() as tx:
            report = verification.verify(tx, services.keyring)
            audit.record_event(
                tx,
                verification.RESTORED,
                "database",
                "main",
                rows=report.rows,
                replaced=replaced,
                people=len(repeating.done.people),
            )
            if repeating.changes is not None:
                record_changes(tx, repeating.changes)
            record_repeated(tx, repeating.done)
        update_list(services)
    return report


def _print_outcome(
    source: Path, report: VerificationResult, repeated: ErasedIds, kept: Path | None
) -> None:
    file, rows = str(source), report.rows
    if report.first_broken is None:
        echo(facts.RESTORED_INTACT(file=file, count=rows))
    else:
        echo(facts.RESTORED_BROKEN(file=file, count=rows, row=report.first_broken))
    if repeated.people:
        echo(facts.ERASED_AGAIN(count=len(repeated.people)))
    if kept is not None:
        echo(facts.PREVIOUS_SAVED(file=str(kept)))


def _read_replaced(database: Database) -> _Replaced:
    """Read the data that a restore carries over from the replaced database, and close it.

    Nothing is carried over if there is no database, or if it cannot be read, for example because it
    is damaged.
    """
    try:
        if not _exists(database):
            return _Replaced()
        with database.reading() as tx:
            return _Replaced(trail_status(tx).rows, recorded_ids(tx), ended_links(tx))
    except DBAPIError:
        return _Replaced()
    finally:
        database.close()
