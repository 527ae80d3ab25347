"""`gender-coach user`: who works in the office, and a way in for whoever is locked out."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.cli.terminal import open_on_terminal
from api.http import addresses
from api.workflows import credentials, users
from api.workflows.services import Services
from api.workflows.viewer import AccessRole
from coach.errors import InputFault, UnusableInputError


class UserAction(StrEnum):
    """What to do."""

    ADD = "add"
    SIGN_IN = "sign-in"
    DISABLE = "disable"
    LIST = "list"


class OfficeRole(StrEnum):
    """What a user of the office may be."""

    MANAGER = "manager"
    AUDITOR = "auditor"


def user(
    action: Annotated[
        UserAction,
        typer.Argument(help="add; sign-in: print a one-time address; disable; list."),
    ],
    name: Annotated[str, typer.Argument(help="The user's name.")] = "",
    *,
    role: Annotated[OfficeRole, typer.Option(help="For add.")] = OfficeRole.MANAGER,
    data: Annotated[Path | None, typer.Option(help="Folder of the database and keys.")] = None,
) -> None:
    """Add, list or disable users, or print a sign-in address."""
    if not name and action is not UserAction.LIST:
        raise UnusableInputError([InputFault("user", 1, "NAME", f"{action} needs a name")])
    with open_on_terminal(data) as services:
        if action is UserAction.LIST:
            _list(services)
        elif action is UserAction.DISABLE:
            with services.database.writing() as tx:
                users.disable_user(tx, name, now=services.now())
            typer.echo(f"{name} is let in no more.")
        else:
            _print_address(services, name, None if action is UserAction.SIGN_IN else role)


def _list(services: Services) -> None:
    with services.database.reading() as tx:
        for one in users.list_users(tx):
            state = "disabled" if one.disabled_at else "password set" if one.has_password else "new"
            typer.echo(f"{one.name}\t{one.role}\t{state}")


def _print_address(services: Services, name: str, added_as: OfficeRole | None) -> None:
    minutes = services.settings.sign_in_minutes
    with services.database.writing() as tx:
        if added_as is not None:
            users.add_user(tx, name, AccessRole(added_as.value), now=services.now())
        user_id = users.user_called(tx, name).id
        once = credentials.offer_sign_in(
            tx, user_id, now=services.now(), lasting=timedelta(minutes=minutes)
        )
    typer.echo(f"{name} signs in here once, within {minutes} minutes:")
    typer.echo(f"  {services.settings.base_url}{addresses.sign_in(once.secret)}")
