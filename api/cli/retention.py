"""`gender-coach retention`: erases the people in cycles past their retention period."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from api.cli import admin_facts as facts
from api.cli.output import echo
from api.cli.output import gettext as _
from api.cli.services import copy_after_erasure, open_cli_services
from api.data_protection import retention_sweep
from api.data_protection.erase_people import WorkInProgress
from api.data_protection.retention_sweep import ErasureScope
from api.services import Services
from coach.texts.facts import Fact

_IN_PROGRESS = {
    WorkInProgress.RUN: facts.RUN_IN_PROGRESS,
    WorkInProgress.QUESTION: facts.QUESTION_IN_PROGRESS,
}


def retention(
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=_("Show what would be erased, without erasing it."))
    ] = False,
    data: Annotated[
        Path | None, typer.Option(help=_("Folder that contains the database and the keys."))
    ] = None,
) -> None:
    """Erase personal data in cycles past their retention period.

    Unlike the daily job, this command does not warn managers 30 days in advance. Cycles on hold are
    skipped.
    """
    with open_cli_services(data) as services:
        if not services.settings.retention_days:
            echo(facts.ERASURE_DISABLED(setting="GENDER_COACH_RETENTION_DAYS"))
        scopes = retention_sweep.list_due_scopes(services)
        for scope in scopes:
            echo(_erase_or_describe(services, scope, dry_run=dry_run))
        if services.settings.retention_days and not scopes:
            echo(facts.NONE_DUE())
        if dry_run:
            stale = retention_sweep.count_stale_secrets(services)
            echo(facts.STALE_SECRETS(counts=_counts(stale)))
        else:
            deleted = retention_sweep.delete_stale_secrets(services)
            echo(facts.SECRETS_DELETED(counts=_counts(deleted)))
            if scopes:
                echo(copy_after_erasure(services))


def _erase_or_describe(services: Services, scope: ErasureScope, *, dry_run: bool) -> Fact:
    cycle = f"{scope.name} ({scope.cycle_id})"
    if scope.work_in_progress:
        return _IN_PROGRESS[scope.work_in_progress](cycle=cycle)
    if dry_run:
        return facts.WOULD_ERASE(cycle=cycle, counts=_counts(scope.counts))
    erased = retention_sweep.erase_due_cycle(services, scope.cycle_id, warned=False)
    if erased is None:
        return facts.SKIPPED(cycle=cycle)
    return facts.ERASED(cycle=cycle, counts=_counts(erased.counts))


def _counts(counts: Mapping[str, int]) -> list[Fact]:
    return [facts.COUNTS[what](count=number) for what, number in counts.items()]
