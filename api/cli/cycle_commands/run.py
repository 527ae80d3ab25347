"""`gender-coach cycle run`: starts a run on a server and follows it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from api.background.rows import TaskState
from api.cli.cycle_commands import facts
from api.cli.cycle_commands.options import CYCLE_ID, DATA, AsJson, print_json
from api.cli.output import TEXTS, echo
from api.cli.output import gettext as _
from api.cli.progress_texts import PHASES, elapsed_time
from api.cli.services import open_cli_services
from api.plans.service import list_plans
from api.runs import service as runs
from api.runs.run_input import default_options
from api.runs.run_view import RunView
from api.services import Services
from coach.errors import ConflictError, NegativeAnswerError

_POLL_SECONDS = 0.5


def run(
    ident: Annotated[str, CYCLE_ID],
    *,
    time_limit: Annotated[
        float | None, typer.Option(min=1, help=_("Time limit of the run, in seconds."))
    ] = None,
    wait: Annotated[
        bool,
        typer.Option(
            "--wait/--no-wait",
            help=_("Wait until the run has ended, and print its progress to stderr."),
        ),
    ] = True,
    as_json: AsJson = False,
    data: Annotated[Path | None, DATA] = None,
) -> None:
    """Start a run on a server or a worker, and follow its progress."""
    with open_cli_services(data) as services:
        options = default_options(services.settings)
        if time_limit is not None:
            options = options.model_copy(update={"time_limit_seconds": time_limit})
        started = runs.start_run(services, ident, options)
        if not wait:
            _show(started, as_json=as_json)
            if not as_json:
                echo(facts.QUEUED(id=started.id))
            return
        echo(facts.QUEUED(id=started.id), err=True)
        ended = _follow(services, started.id)
        if ended.state is TaskState.CANCELLED:
            raise ConflictError(facts.RUN_CANCELLED(id=ended.id))
        if ended.failure is not None:
            raise NegativeAnswerError(ended.failure.detail)
        _show(ended, as_json=as_json)
        plans = list_plans(services, ident)
    if not as_json:
        for plan in plans:
            if plan.id == ended.plan_id:
                echo(facts.PLANNED(id=plan.id, placed=plan.placed, unplaced=plan.unplaced))


def _follow(services: Services, run_id: str) -> RunView:
    """Wait until a run has ended, and print its progress to stderr."""
    seen = 0
    while True:
        progress = runs.read_progress(services, run_id, after=seen)
        for event in progress.events:
            seen, report = event.number, event.progress
            line = facts.PROGRESS(
                elapsed=elapsed_time(report),
                phase=PHASES[report.phase],
                message=report.message,
            )
            echo(line, err=True)
        if progress.run.state.is_final:
            return progress.run
        time.sleep(_POLL_SECONDS)


def _show(run: RunView, *, as_json: bool) -> None:
    if as_json:
        print_json(run.rendered(TEXTS))
