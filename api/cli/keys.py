"""`gender-coach keys`: creates a key file, or rotates the master key."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.background.worker_lease import hold_worker_lease
from api.cli import admin_facts as facts
from api.cli.output import echo
from api.cli.output import gettext as _
from api.cli.services import open_cli_services
from api.crypto import facts as key_facts
from api.crypto.key_ring import KeyringError, create_keyring, write_keyring
from api.rotatable_keys import rewrap_all_keys
from api.settings import KEY_CREDENTIAL, Settings
from coach.errors import DomainError


class KeyAction(StrEnum):
    """An action on the keys."""

    CREATE = "create"
    ROTATE = "rotate"


class KeyFileNotNamedError(DomainError):
    """The command needs the path of a new key file."""


def keys(
    action: Annotated[
        KeyAction,
        # i18n: `create` and `rotate` are arguments; do not translate them.
        typer.Argument(
            help=_("create: write a new key file; rotate: rewrap all keys under a new master key.")
        ),
    ],
    *,
    to: Annotated[Path | None, typer.Option("--to", help=_("The key file to create."))] = None,
    forget_old: Annotated[
        bool,
        typer.Option(
            "--forget-old",
            help=_("Delete the old keys; older backups then need an older key file."),
        ),
    ] = False,
    data: Annotated[Path | None, typer.Option(help=_("Folder of the database and keys."))] = None,
) -> None:
    """Create a key file, or rotate the master key; stop servers and workers before rotating."""
    if action is KeyAction.CREATE:
        if to is None:
            raise KeyFileNotNamedError(facts.NAME_NEW_KEY_FILE())
        create_keyring(to)
        echo(facts.KEY_FILE_CREATED(file=str(to)))
        return
    with open_cli_services(data) as services:
        settings = services.settings
        path = _file_to_write(settings, to)
        with hold_worker_lease(services.database, settings.data_dir, settings.executor_id):
            keyring = services.keyring.with_new_master()
            write_keyring(path, keyring)  # must contain both keys before anything is rewrapped
            with services.database.writing() as tx:
                done = rewrap_all_keys(tx, keyring)
            if forget_old:
                newest = keyring.master_version
                write_keyring(path, replace(keyring, master={newest: keyring.master[newest]}))
    echo(facts.KEYS_REWRAPPED(count=done, version=keyring.master_version, file=str(path)))
    if path != settings.master_key_file:
        echo(facts.REPLACE_KEY_FILE(old=_source_of(settings), new=str(path)))


def _file_to_write(settings: Settings, to: Path | None) -> Path:
    """Return where a rotation writes the key file: `to`, or else the current key file.

    Raises:
        KeyFileNotNamedError: no path was given, and the current file must not be written, because
            a setting names it.
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
    """Return the key file that is in use, or the name of the credential that contains it."""
    return KEY_CREDENTIAL if settings.key_file_is_credential else str(settings.master_key_file)
