"""`gender-coach audit verify`: verifies the audit trail."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.audit_trail.verification import verify_and_store
from api.cli.services import open_cli_services
from coach.errors import DomainError


class AuditAction(StrEnum):
    """An action on the audit trail."""

    VERIFY = "verify"


class BrokenTrailError(DomainError):
    """The audit trail was altered."""


def audit(
    action: Annotated[AuditAction, typer.Argument(help="verify: check every row's seal.")],
    *,
    head: Annotated[
        str | None,
        typer.Option(help="A head printed earlier, which the trail must still contain."),
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of the database and keys.")] = None,
) -> None:
    """Verify the audit trail, and print its head for safekeeping."""
    del action  # there is only one
    with open_cli_services(data) as services:
        result = verify_and_store(services, head)
    if result.first_broken is not None:
        raise BrokenTrailError(
            f"row {result.first_broken} of {result.rows} does not match its seal: this row or an "
            "earlier row was altered, removed or inserted"
        )
    if result.head_known is False:
        raise BrokenTrailError(
            f"the seals of all {result.rows} rows match, but the given head is not among them: "
            "the end of the trail was removed, or this is another database"
        )
    typer.echo(f"All {result.rows} rows are unaltered.\nHead: {result.head}")
