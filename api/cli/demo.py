"""`gender-coach demo`: runs the sample cycle."""

from __future__ import annotations

from importlib.resources import as_file
from pathlib import Path
from typing import Annotated

import typer

from api.cli import facts
from api.cli.output import echo
from api.cli.output import gettext as _
from api.cli.run import available_processors, solve_and_write
from api.cli.summary import print_summary
from api.input_files.cycle_inputs import read_inputs
from api.participants.sample import SAMPLE_FILES, sample_file
from matching.engine import SolveOptions

_LIMIT_SECONDS = 60.0  # a safeguard; never reached in practice


def demo(
    *,
    out: Annotated[Path, typer.Option(metavar="DIR", help=_("Folder for the results."))] = Path(
        "demo-out"
    ),
    force: Annotated[
        bool, typer.Option("--force", help=_("Replace an earlier result in the folder."))
    ] = False,
) -> None:
    """Run the bundled sample cycle, from its spreadsheets to the results."""
    cycle_name, coachees_name, coaches_name = SAMPLE_FILES
    with (
        as_file(sample_file(cycle_name)) as cycle,
        as_file(sample_file(coachees_name)) as coachees,
        as_file(sample_file(coaches_name)) as coaches,
    ):
        inputs = read_inputs(cycle, coachees, coaches)
    echo(facts.FICTITIOUS())
    options = SolveOptions(time_limit_seconds=_LIMIT_SECONDS)
    result = solve_and_write(
        inputs,
        out,
        options,
        workers=available_processors(),
        quiet=False,
        force=force,
        is_sample=True,
    )
    print_summary(inputs, result, out)
