"""`gender-coach retention`: erasing whoever's time is over, or telling what that would be."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from api.cli.services import open_cli_services
from api.data_protection import retention_sweep as erasing
from api.data_protection.retention_sweep import ErasureScope
from api.services import Services


def retention(
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell what would be erased.")
    ] = False,
    data: Annotated[Path | None, typer.Option(help="Folder of the database and keys.")] = None,
) -> None:
    """Erase the people of cycles past their time, or tell what that would be.

    Unlike the daily job it does not wait until managers were warned for thirty days. Cycles that
    are held are left alone.
    """
    with open_cli_services(data) as services:
        days, now = services.settings.retention_days, services.now()
        if not days:
            typer.echo("Nobody is erased by time here: GENDER_COACH_RETENTION_DAYS is 0.")
        with services.database.reading() as tx:
            due = erasing.due_cycles(tx, days, now=now, warned=False)
        for cycle_id in due:
            typer.echo(_erase_or_describe(services, cycle_id, dry_run=dry_run))
        if days and not due:
            typer.echo("No cycle is past its time.")
        if dry_run:
            with services.database.reading() as tx:
                typer.echo(
                    f"Ended secrets to delete: {_counts(erasing.stale_secrets(tx, now=now))}."
                )
            return
        with services.database.writing() as tx:
            swept = erasing.sweep(tx, now=now)
        services.database.truncate_wal()
        typer.echo(f"Ended secrets deleted: {_counts(swept)}.")


def _erase_or_describe(services: Services, cycle_id: str, *, dry_run: bool) -> str:
    with services.database.reading() as tx:
        found = erasing.erasure_scope(tx, cycle_id)
    if found.work_in_progress:
        return f"{_named(found)}: {found.work_in_progress} is still running; try again after it."
    if dry_run:
        return f"{_named(found)}: would erase {_counts(found.counts)}."
    days, now = services.settings.retention_days, services.now()
    with services.database.writing() as tx:
        erased = erasing.erase_cycle(tx, cycle_id, days, now=now, warned=False)
    if erased is None:
        return f"{_named(found)}: left alone, because it changed meanwhile."
    return f"{_named(found)}: erased {_counts(erased.counts)}."


def _named(found: ErasureScope) -> str:
    return f"{found.name} ({found.cycle_id})"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {what}" for what, number in counts.items())
