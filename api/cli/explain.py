"""`gender-coach explain`: one coachee of a result."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.solve_again import solve_again
from api.intake import read_result_folder
from matching.explanation import explain as explain_coachee
from matching.explanation import sections


def explain(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of results.")],
    coachee: Annotated[str, typer.Argument(metavar="COACHEE", help="The id of a coachee.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
) -> None:
    """Tell why this coach, or why nobody and what would help."""
    found = read_result_folder(folder)
    roster, cycle = found.inputs.roster, found.inputs.cycle
    told = explain_coachee(roster, cycle, found.result, coachee, solve_again)
    if as_json:
        typer.echo(told.model_dump_json(indent=2))
        return
    for section in sections(told, roster):
        typer.echo(typer.style(section.title, bold=True))
        for line in section.lines:
            typer.echo(f"  {line}")
