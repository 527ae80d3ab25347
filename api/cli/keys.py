"""`gender-coach keys rotate`: rotates the master key."""

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
from api.crypto.key_ring import write_keyring
from api.rotatable_keys import rewrap_all_keys


class KeyAction(StrEnum):
    """An action on the keys."""

    ROTATE = "rotate"


def keys(
    action: Annotated[
        KeyAction,
        # i18n: `rotate` is an argument; do not translate it.
        typer.Argument(help=_("rotate: rewrap all keys under a new one.")),
    ],
    *,
    forget_old: Annotated[
        bool,
        typer.Option(
            "--forget-old",
            help=_("Delete the old keys; older backups then need an older key file."),
        ),
    ] = False,
    data: Annotated[Path | None, typer.Option(help=_("Folder of the database and keys."))] = None,
) -> None:
    """Rotate the master key; stop servers and workers first."""
    del action  # there is only one
    with open_cli_services(data) as services:
        settings, path = services.settings, services.settings.master_key_file
        with hold_worker_lease(services.database, settings.data_dir, settings.executor_id):
            keyring = services.keyring.with_new_master()
            write_keyring(path, keyring)  # must contain both keys before anything is rewrapped
            with services.database.writing() as tx:
                done = rewrap_all_keys(tx, keyring)
            if forget_old:
                newest = keyring.master_version
                write_keyring(path, replace(keyring, master={newest: keyring.master[newest]}))
    echo(facts.KEYS_REWRAPPED(count=done, version=keyring.master_version, file=str(path)))
