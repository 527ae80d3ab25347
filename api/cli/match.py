"""`gender-coach match`: matches the people in a cycle, and schedules their sessions."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from api.cli import facts
from api.cli.earlier_option import EarlierOption
from api.cli.output import gettext as _
from api.cli.output import render
from api.cli.reading_options import (
    CoacheesFile,
    CoachesFile,
    CycleFile,
    Encoding,
    Strict,
    print_reading,
)
from api.cli.run import available_processors, solve_and_write
from api.cli.summary import print_summary
from api.input_files.cycle_inputs import ListReading, read_inputs
from api.results.previous_sequences import read_previous_invitations
from coach.cycle import Cycle
from matching.engine import SolveOptions

_TIME_LIMIT = typer.Option(
    metavar="SECONDS",
    min=0,
    help=_("Stop after this many seconds, with the best result so far. [default: none]"),
)
_WORKERS = typer.Option(min=1, help=_("Number of processors to use. [default: all]"))
_KEEP = typer.Option(metavar="RESULT.json", help=_("An earlier result whose pairs should be kept."))
_NOT_BEFORE = typer.Option(
    formats=["%Y-%m-%d"],
    help=_("Do not change sessions before this date (mid-cycle, with --keep)."),
)


def match(
    cycle: CycleFile,
    *,
    coachees: CoacheesFile,
    coaches: CoachesFile,
    out: Annotated[Path, typer.Option(metavar="DIR", help=_("Folder for the results."))],
    time_limit: Annotated[float | None, _TIME_LIMIT] = None,
    workers: Annotated[int | None, _WORKERS] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help=_("Random seed."))] = 0,
    keep: Annotated[Path | None, _KEEP] = None,
    earlier: EarlierOption = None,
    not_before: Annotated[datetime | None, _NOT_BEFORE] = None,
    encoding: Encoding = None,
    strict: Strict = False,
    force: Annotated[
        bool, typer.Option("--force", help=_("Replace an earlier result in the folder."))
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help=_("Print only errors."))] = False,
) -> None:
    """Match the people in a cycle, schedule their sessions and write all results."""
    if not_before and keep is None:
        raise typer.BadParameter(render(facts.NOT_BEFORE_NEEDS_KEEP()))
    inputs = read_inputs(
        cycle, coachees, coaches, keep, ListReading(strict, encoding), earlier=earlier or ()
    )
    if not_before:
        inputs = inputs.from_day(_within(not_before.date(), inputs.cycle))
    if not quiet:
        print_reading(inputs)
    options = SolveOptions(time_limit_seconds=time_limit, seed=seed)
    before = read_previous_invitations(keep, inputs.keep) if keep and inputs.keep else {}
    result = solve_and_write(
        inputs,
        out,
        options,
        workers=workers or available_processors(),
        quiet=quiet,
        force=force,
        before=before,
    )
    if not quiet:
        print_summary(inputs, result, out)


def _within(day: date, cycle: Cycle) -> date:
    dates = cycle.cycle
    if not dates.start <= day <= dates.end:
        written = {"day": str(day), "first": str(dates.start), "last": str(dates.end)}
        raise typer.BadParameter(render(facts.NOT_BEFORE_OUTSIDE(**written)))
    return day
