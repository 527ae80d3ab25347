"""`gender-coach person`: what is held about somebody, and erasing it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import select

from api.cli.services import open_cli_services
from api.data_protection import subject_access as person_rights
from api.participants.rows import PersonRow
from api.services import Services
from coach.errors import ConflictError, NotFoundError


class PersonAction(StrEnum):
    """What to do."""

    EXPORT = "export"
    ERASE = "erase"


def person(
    action: Annotated[
        PersonAction, typer.Argument(help="export: print it as JSON; erase: leave a tombstone.")
    ],
    ident: Annotated[str, typer.Argument(metavar="ID", help="The id from the spreadsheet.")],
    *,
    cycle: Annotated[str, typer.Option(help="The cycle, where several know that id.")] = "",
    data: Annotated[Path | None, typer.Option(help="Folder of the database and keys.")] = None,
) -> None:
    """Export what is held about one person, or erase it."""
    with open_cli_services(data) as services:
        person_id = _find(services, ident, cycle)
        with services.database.writing() as tx:
            if action is PersonAction.EXPORT:
                typer.echo(
                    person_rights.subject_access_report(tx, person_id).model_dump_json(indent=1)
                )
            else:
                person_rights.erase_person(tx, person_id, now=services.now())
        if action is PersonAction.ERASE:
            services.database.truncate_wal()
            typer.echo(f"{ident} is erased. Copies made before still hold them, notes included.")


def _find(services: Services, ident: str, cycle: str) -> str:
    wanted = (PersonRow.code == ident) | (PersonRow.id == ident)
    query = select(PersonRow.id, PersonRow.cycle_id).where(wanted)
    if cycle:
        query = query.where(PersonRow.cycle_id == cycle)
    with services.database.reading() as tx:
        found = tx.execute(query).all()
    if not found:
        raise NotFoundError(f"nobody has the id {ident}")
    if len(found) > 1:
        several = ", ".join(sorted(row.cycle_id for row in found))
        raise ConflictError(f"several people have the id {ident}; add --cycle, one of {several}")
    identifier: str = found[0].id
    return identifier
