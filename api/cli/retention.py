"""`gender-coach retention`: erases the people in cycles past their retention period."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from api.cli.services import open_cli_services
from api.data_protection import retention_sweep
from api.data_protection.retention_sweep import ErasureScope
from api.services import Services


def retention(
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be erased, without erasing it.")
    ] = False,
    data: Annotated[Path | None, typer.Option(help="Folder of the database and keys.")] = None,
) -> None:
    """Erase the people in cycles past their retention period.

    Unlike the daily job, this command does not warn managers 30 days in advance. Cycles on hold are
    skipped.
    """
    with open_cli_services(data) as services:
        if not services.settings.retention_days:
            typer.echo("Erasure is disabled, because GENDER_COACH_RETENTION_DAYS is 0.")
        scopes = retention_sweep.list_due_scopes(services)
        for scope in scopes:
            typer.echo(_erase_or_describe(services, scope, dry_run=dry_run))
        if services.settings.retention_days and not scopes:
            typer.echo("No cycle is past its retention period.")
        if dry_run:
            stale = retention_sweep.count_stale_secrets(services)
            typer.echo(f"Expired secrets to delete: {_counts(stale)}.")
        else:
            deleted = retention_sweep.delete_stale_secrets(services)
            typer.echo(f"Expired secrets deleted: {_counts(deleted)}.")


def _erase_or_describe(services: Services, scope: ErasureScope, *, dry_run: bool) -> str:
    if scope.work_in_progress:
        return f"{_named(scope)}: {scope.work_in_progress} is still running; try again later."
    if dry_run:
        return f"{_named(scope)}: would erase {_counts(scope.counts)}."
    erased = retention_sweep.erase_due_cycle(services, scope.cycle_id, warned=False)
    if erased is None:
        return f"{_named(scope)}: skipped, because it has changed in the meantime."
    return f"{_named(scope)}: erased {_counts(erased.counts)}."


def _named(scope: ErasureScope) -> str:
    return f"{scope.name} ({scope.cycle_id})"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {what}" for what, number in counts.items())
