"""`gender-coach explain`: one coachee of a result."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from api.cli.run import processors
from api.intake import read_result_folder
from coach.cycle import Cycle
from coach.people import Roster
from matching.engine import SolveOptions, solve
from matching.explanation import explain as explain_coachee
from matching.explanation import sections
from matching.result import Result

_LIMIT_SECONDS = 120.0


def explain(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of results.")],
    coachee: Annotated[str, typer.Argument(metavar="COACHEE", help="The id of a coachee.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
) -> None:
    """Tell why this coach, or why nobody and what would help."""
    found = read_result_folder(folder)
    roster, cycle = found.inputs.roster, found.inputs.cycle
    told = explain_coachee(roster, cycle, found.result, coachee, _solve_again)
    if as_json:
        typer.echo(told.model_dump_json(indent=2))
        return
    for section in sections(told, roster):
        typer.echo(typer.style(section.title, bold=True))
        for line in section.lines:
            typer.echo(f"  {line}")


def _solve_again(roster: Roster, cycle: Cycle, keep: Result) -> Result:
    options = SolveOptions(
        time_limit_seconds=_LIMIT_SECONDS, workers=processors(), seed=keep.seed, explain=False
    )
    return solve(
        roster,
        cycle,
        options=options,
        input_sha256=keep.input_sha256,
        clock=time.monotonic,
        keep=keep,
    )
