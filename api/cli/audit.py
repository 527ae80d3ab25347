"""`gender-coach audit verify`: verifies the audit trail."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.audit_trail.verification import verify_and_store
from api.cli import admin_facts as facts
from api.cli.output import echo
from api.cli.output import gettext as _
from api.cli.services import open_cli_services
from coach.errors import DomainError


class AuditAction(StrEnum):
    """An action on the audit trail."""

    VERIFY = "verify"


class BrokenTrailError(DomainError):
    """The audit trail was altered."""


def audit(
    action: Annotated[AuditAction, typer.Argument(help=_("verify: check every row's seal."))],
    *,
    head: Annotated[
        str | None,
        typer.Option(help=_("A head printed earlier, which the trail must still contain.")),
    ] = None,
    data: Annotated[Path | None, typer.Option(help=_("Folder of the database and keys."))] = None,
) -> None:
    """Verify the audit trail, and print its head for safekeeping."""
    del action  # there is only one
    with open_cli_services(data) as services:
        result = verify_and_store(services, head)
    if result.first_broken is not None:
        raise BrokenTrailError(facts.ROW_BROKEN(row=result.first_broken, rows=result.rows))
    if result.head_known is False:
        raise BrokenTrailError(facts.HEAD_UNKNOWN(count=result.rows))
    echo(facts.TRAIL_UNALTERED(count=result.rows))
    echo(facts.HEAD(head=result.head))
