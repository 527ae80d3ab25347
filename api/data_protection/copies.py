"""Makes backups, each with a list of erased ids, and deletes old ones."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

from api.audit_trail.log import record_event
from api.crypto.encrypted_stream import is_encrypted_with
from api.crypto.key_ring import Keyring
from api.data_protection import facts
from api.data_protection.erased_ids import (
    ErasedIds,
    belongs_to,
    list_not_written,
    list_of_copy,
    lists_in,
    update_list,
    write_ids,
)
from api.database.backup import back_up
from api.files.private_files import create_private_file
from api.services import Services
from api.settings import Settings
from coach.errors import ConflictError, DomainError

_LOG = logging.getLogger(__name__)
COPIED = "database copied"
"""The audit action recorded after each backup."""
_NAME = re.compile(r"backup-\d{8}T\d{6}Z(-\d+)?")


class CopyNextToKeyError(ConflictError):
    """A backup would be stored in the folder of its key, or in a folder below it."""


@dataclass(frozen=True, slots=True)
class MadeCopy:
    """A backup: its path, its size in bytes, and the number of older backups deleted."""

    path: Path
    size: int
    deleted: int


def lies_next_to_key(settings: Settings, copy: Path) -> bool:
    """Return whether `copy` is in the folder of the key file, or in a folder below it."""
    return copy.resolve().is_relative_to(settings.master_key_file.resolve().parent)


def refuse_next_to_key(settings: Settings, copy: Path) -> None:
    """Check that a backup will not be stored next to its key.

    Raises:
        CopyNextToKeyError: `copy` is in the folder of the key file, or in a folder below it.
    """
    if lies_next_to_key(settings, copy):
        key = str(settings.master_key_file)
        raise CopyNextToKeyError(facts.COPY_NEXT_TO_KEY(copy=str(copy), key=key))


def make_copy(
    services: Services,
    target: Path,
    migrate_job_tables: Callable[[str], None],
    *,
    keep: int | None = None,
) -> MadeCopy:
    """Back up the database to `target`, a folder or a new file, with the list of erased ids.

    Args:
        services: the services of the deployment.
        target: a folder or a new file. In a folder, the name of the backup contains the time.
        migrate_job_tables: creates the tables of the job engine.
        keep: the number of backups to keep in the folder; the oldest are deleted once the new one
            is complete. Only backups that the application named, that this deployment's key
            decrypts, and that were complete before the new one began are deleted.

    Raises:
        ConflictError: `target` is a file that exists, or `keep` is given and `target` is not a
            folder.
        DomainError: the backup cannot be written.
    """
    if target.is_dir():
        target = _reserve(target / f"backup-{services.now():%Y%m%dT%H%M%SZ}")
        existed = False
    elif keep is not None:
        raise ConflictError(facts.KEEP_NEEDS_FOLDER(path=str(target)))
    else:
        existed = list_of_copy(target).exists() or target.exists()
    folder, erased, earlier = target.parent, list_of_copy(target), list[Path]()
    try:
        ids = update_list(services, lists_in(folder))
        write_ids(erased, services.keyring, ids)  # a backup never exists without its list
        size = back_up(
            services.database,
            services.keyring.backups,
            target,
            migrate_job_tables,
            data_dir=services.settings.data_dir,
            on_start=lambda: earlier.extend(_own_backups(folder, services.keyring)),
        )
    except DomainError:
        if not existed:
            erased.unlink(missing_ok=True)
        raise
    with services.database.writing() as tx:
        record_event(tx, COPIED, "database", "main", bytes=size)
    _update_lists(folder, services.keyring, ids)
    return MadeCopy(target, size, 0 if keep is None else _delete_oldest(earlier, keep - 1))


def copy_after_erasure(
    services: Services, migrate_job_tables: Callable[[str], None]
) -> MadeCopy | None:
    """Make a backup after an erasure, without the erased data, and then delete old backups.

    Does nothing and returns `None` if the setting `backup_dir` is not set. The setting
    `backup_keep` is the number of backups to keep.

    Raises:
        OSError: the folder cannot be created.
        DomainError: the backup cannot be written, or would be stored next to its key.
    """
    settings = services.settings
    if settings.backup_dir is None:
        return None
    refuse_next_to_key(settings, settings.backup_dir)
    settings.backup_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return make_copy(services, settings.backup_dir, migrate_job_tables, keep=settings.backup_keep)


def _update_lists(folder: Path, keyring: Keyring, ids: ErasedIds) -> None:
    """Write `ids` to the list of each backup in `folder`, so that each list is complete."""
    for path in lists_in(folder):
        if belongs_to(path, keyring):
            try:
                write_ids(path, keyring, ids)
            except DomainError as error:  # the medium may allow new files only
                _LOG.warning("%s", error)


def _is_own_backup(path: Path, keyring: Keyring) -> bool:
    """Return whether a path is a file, not a link, that this deployment's key decrypts."""
    if path.is_symlink() or not path.is_file():
        return False
    try:
        keys = (keyring.backups, *keyring.earlier_backups)
        return any(is_encrypted_with(key, path) for key in keys)
    except OSError as error:
        _LOG.warning("%s is kept, because it cannot be read: %s", path, error.strerror)
        return False


def _reserve(path: Path) -> Path:
    """Reserve `path`, or an unused numbered variant, by creating its list, and return it.

    Raises:
        ErasedIdsError: the list cannot be created.
    """
    variants = (path.with_name(f"{path.name}-{number}") for number in count(2))
    for free in chain([path], variants):
        erased = list_of_copy(free)
        if os.path.lexists(free) or os.path.lexists(erased):
            continue
        try:
            create_private_file(erased)
        except FileExistsError:  # another process was faster
            continue
        except OSError as error:
            raise list_not_written(erased, error) from error
        return free
    raise AssertionError  # always returns: there is always an unused number


def _own_backups(folder: Path, keyring: Keyring) -> list[Path]:
    """Return this deployment's backups in `folder` that the application named, sorted by name."""
    named = sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))
    return [path for path in named if _is_own_backup(path, keyring)]


def _delete_oldest(backups: list[Path], keep: int) -> int:
    """Delete all but the last `keep` backups and their lists, and return how many were deleted.

    Another process may already have deleted some of the files.
    """
    old = [path for path in backups[: max(0, len(backups) - keep)] if path.exists()]
    for path in old:
        path.unlink(missing_ok=True)
        list_of_copy(path).unlink(missing_ok=True)
    return len(old)
