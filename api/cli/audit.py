"""`gender-coach audit verify`: verifies the audit trail."""

from __future__ import annotations

from datetime import UTC
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.audit_trail.verification import VerificationResult, verify_and_store
from api.cli import admin_facts as facts
from api.cli.output import echo
from api.cli.output import gettext as _
from api.cli.services import open_cli_services
from coach.errors import NegativeAnswerError
from coach.texts.facts import Fact

_MOST_NAMED = 20  # rows without a valid seal


class AuditAction(StrEnum):
    """The actions of `gender-coach audit`."""

    VERIFY = "verify"


class BrokenTrailError(NegativeAnswerError):
    """The audit trail was altered, or is incomplete."""


def audit(
    action: Annotated[
        AuditAction,
        # i18n: `verify` is an argument; do not translate it.
        typer.Argument(help=_("verify: check every row's seal.")),
    ],
    *,
    head: Annotated[
        str | None,
        typer.Option(help=_("A previously printed head that the trail must still contain.")),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help=_("Folder that contains the database and the keys."))
    ] = None,
) -> None:
    """Verify the audit trail, and print its head for safekeeping."""
    del action  # there is only one
    with open_cli_services(data) as services:
        result = verify_and_store(services, head)
    echo(facts.COMPARED(count=result.anchors))
    if not result.is_intact:
        raise BrokenTrailError(_finding(result))
    echo(facts.TRAIL_UNALTERED(count=result.rows))
    echo(facts.HEAD(head=result.head))


def _finding(result: VerificationResult) -> Fact:
    """Return the most serious fault in the trail."""
    if result.first_broken is not None:
        return facts.ROW_BROKEN(row=result.first_broken, rows=result.rows)
    if result.missing_from is not None:
        return facts.ROWS_MISSING(rows=result.rows, before=result.missing_from)
    if result.unsealed:
        return facts.ROWS_UNSEALED(
            rows=[f"{row.table} {row.id}" for row in result.unsealed[:_MOST_NAMED]],
            count=len(result.unsealed),
        )
    if result.head_known is False:
        return facts.HEAD_UNKNOWN(count=result.rows)
    lost = result.lost[-1]
    restored_to = lost.restored_to or lost.restored_at
    return facts.ROWS_LOST(
        restored_to=restored_to.astimezone(UTC).isoformat(timespec="seconds"),
        first=lost.first,
        last=lost.last,
    )
