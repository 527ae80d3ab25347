"""`gender-coach person`: exports or erases the data about one person."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.cli import admin_facts as facts
from api.cli.output import echo
from api.cli.output import gettext as _
from api.cli.services import copy_after_erasure, open_cli_services
from api.data_protection import subject_access


class PersonAction(StrEnum):
    """The actions of `gender-coach person`."""

    EXPORT = "export"
    ERASE = "erase"


def person(
    action: Annotated[
        PersonAction,
        # i18n: `export` and `erase` are arguments; do not translate them.
        typer.Argument(help=_("export: print the data as JSON; erase: delete it.")),
    ],
    ident: Annotated[
        str, typer.Argument(metavar="ID", help=_("The person's ID in the spreadsheet."))
    ],
    *,
    cycle: Annotated[
        str, typer.Option(help=_("The cycle, if the ID occurs in several cycles."))
    ] = "",
    data: Annotated[
        Path | None, typer.Option(help=_("Folder that contains the database and the keys."))
    ] = None,
) -> None:
    """Export or erase the data about one person."""
    with open_cli_services(data) as services:
        person_id = subject_access.find_person(services, ident, cycle)
        if action is PersonAction.EXPORT:
            report = subject_access.export_person(services, person_id)
            typer.echo(report.model_dump_json(indent=1))
        else:
            subject_access.erase_one_person(services, person_id)
            echo(facts.PERSON_ERASED(id=ident))
            echo(copy_after_erasure(services))
