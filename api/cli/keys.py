"""`gender-coach keys`: creates a key file, or replaces the master key or the key for backups."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.background.worker_lease import hold_worker_lease
from api.cli import backup_facts as facts
from api.cli.output import echo
from api.cli.output import gettext as _
from api.cli.services import open_cli_services
from api.crypto import facts as key_facts
from api.crypto.key_ring import KeyringError, create_keyring, write_keyring
from api.data_protection.erased_ids import update_list
from api.database.rows import BACKUPS_RESERVED, MASTER_RESERVED
from api.rotatable_keys import record_backups_key, reserve_version, rewrap_all_keys
from api.services import Services
from api.settings import KEY_CREDENTIAL, Settings
from coach.errors import DomainError
from coach.texts.facts import Fact


class KeyAction(StrEnum):
    """The actions of `gender-coach keys`."""

    CREATE = "create"
    ROTATE = "rotate"


class KeyKind(StrEnum):
    """A kind of key that `gender-coach keys rotate` can replace."""

    MASTER = "master"
    BACKUPS = "backups"


class KeyFileNotNamedError(DomainError):
    """No path was given for the new key file."""


def keys(
    action: Annotated[
        KeyAction,
        # i18n: `create` and `rotate` are arguments; do not translate them.
        typer.Argument(
            help=_("create: write a new key file; rotate: replace a key in the key file.")
        ),
    ],
    *,
    which: Annotated[
        KeyKind,
        typer.Option(
            show_default=False,
            # i18n: `master`, `backups`, `links` and `audit` are names of keys; do not translate.
            help=_(
                "The key to replace: master (the default), which wraps other keys, or backups. "
                'The keys "links" and "audit" cannot be replaced.'
            ),
        ),
    ] = KeyKind.MASTER,
    to: Annotated[Path | None, typer.Option("--to", help=_("The key file to create."))] = None,
    forget_old: Annotated[
        bool,
        typer.Option(
            "--forget-old",
            help=_("Delete the old keys. Older backups will then need an older key file."),
        ),
    ] = False,
    data: Annotated[
        Path | None, typer.Option(help=_("Folder that contains the database and the keys."))
    ] = None,
) -> None:
    """Create a key file, or replace one of its keys; stop servers and workers first."""
    if action is KeyAction.CREATE:
        if to is None:
            raise KeyFileNotNamedError(facts.NAME_NEW_KEY_FILE())
        create_keyring(to)
        echo(facts.KEY_FILE_CREATED(file=str(to)))
        return
    with open_cli_services(data) as services:
        settings = services.settings
        path = _file_to_write(settings, to)
        rotate = _rotate_master if which is KeyKind.MASTER else _rotate_backups
        with hold_worker_lease(services.database, settings.executor_id):
            outcome = rotate(services, path, forget_old=forget_old)
    echo(outcome)
    if path != settings.master_key_file:
        echo(facts.REPLACE_KEY_FILE(old=_source_of(settings), new=str(path)))


def _rotate_master(services: Services, path: Path, *, forget_old: bool) -> Fact:
    """Rewrap all keys under a new master key, and write the key file to `path`."""
    with services.database.writing() as tx:
        version = reserve_version(tx, MASTER_RESERVED, services.keyring.master_version)
    keyring = services.keyring.with_new_master(version)
    write_keyring(path, keyring)  # must contain both keys before anything is rewrapped
    with services.database.writing() as tx:
        done = rewrap_all_keys(tx, keyring)
    newest = keyring.master_version
    if forget_old:
        write_keyring(path, replace(keyring, master={newest: keyring.master[newest]}))
    return facts.KEYS_REWRAPPED(count=done, version=newest, file=str(path))


def _rotate_backups(services: Services, path: Path, *, forget_old: bool) -> Fact:
    """Replace the key for backups, and write the key file to `path`.

    The list of erased ids in the data folder is sealed with the new key. Lists next to backups are
    sealed again with the next backup.
    """
    with services.database.writing() as tx:
        version = reserve_version(tx, BACKUPS_RESERVED, services.keyring.backups_version)
    keyring = services.keyring.with_new_backups_key(version)
    write_keyring(path, keyring)
    with services.database.writing() as tx:
        record_backups_key(tx, keyring)
    update_list(replace(services, keyring=keyring))
    if forget_old:
        write_keyring(path, replace(keyring, earlier_backups=()))
        return facts.BACKUPS_KEY_REPLACED(file=str(path))
    return facts.BACKUPS_KEY_ADDED(file=str(path))


def _file_to_write(settings: Settings, to: Path | None) -> Path:
    """Return the path to which a rotation writes: `to` or, by default, the current key file.

    Raises:
        KeyFileNotNamedError: no path was given, and the current file must not be written, because
            a setting or systemd provides it.
        KeyringError: the given file exists.
    """
    if to is None:
        if settings.key_file_is_read_only:
            raise KeyFileNotNamedError(facts.NAME_ROTATED_KEY_FILE(file=_source_of(settings)))
        return settings.master_key_file
    if to.exists():
        raise KeyringError(key_facts.KEY_FILE_EXISTS(path=str(to)))
    return to


def _source_of(settings: Settings) -> str:
    """Return the path of the key file in use, or the name of the credential that contains it."""
    return KEY_CREDENTIAL if settings.key_file_is_credential else str(settings.master_key_file)
