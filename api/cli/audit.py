"""`gender-coach audit verify`: is the audit trail whole?"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.audit_trail import log as trail
from api.cli.services import open_cli_services
from api.overview import audit_trail
from coach.errors import DomainError


class AuditAction(StrEnum):
    """What to do with the trail."""

    VERIFY = "verify"


class BrokenTrailError(DomainError):
    """The audit trail was altered."""


def audit(
    action: Annotated[AuditAction, typer.Argument(help="verify: seal every row anew.")],
    *,
    head: Annotated[
        str | None, typer.Option(help="A head that was kept: is it still in the trail?")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of the database and keys.")] = None,
) -> None:
    """Verify the audit trail, and print its head to keep."""
    del action  # there is one
    with open_cli_services(data) as services:
        with services.database.reading() as tx:
            report = trail.verify(tx, services.keyring, head)
        with services.database.writing() as tx:
            audit_trail.store_check_result(tx, report, now=services.now())
    if report.first_broken is not None:
        raise BrokenTrailError(
            f"row {report.first_broken} of {report.rows} does not fit: it, or a row before it, "
            "was altered, taken out or put in"
        )
    if report.head_known is False:
        raise BrokenTrailError(
            f"the {report.rows} rows fit, but the head you kept is not among them: "
            "the end of the trail was cut off, or the database is another"
        )
    typer.echo(f"{report.rows} rows, all of them as they were written.\nHead: {report.head}")
