"""`gender-coach replace`: suggests another coach for one coachee."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter

from api.results.result_folder import read_result_folder
from coach.plural import pluralise
from matching.rematching.replacement import Replacement, replacements

_REPLACEMENTS = TypeAdapter(tuple[Replacement, ...])


def replace(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A results folder.")],
    coachee: Annotated[str, typer.Argument(metavar="COACHEE", help="The id of a coachee.")],
    *,
    not_before: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="In mid-cycle: the earliest date of a session."),
    ] = None,
    sessions: Annotated[
        int | None, typer.Option(min=1, max=20, help="The number of remaining sessions.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Suggest another coach for one coachee without affecting anyone else."""
    found = read_result_folder(folder)
    suggestions = replacements(
        found.inputs.roster,
        found.inputs.cycle,
        found.result,
        coachee,
        not_before=not_before.date() if not_before else None,
        sessions=sessions,
    )
    if as_json:
        typer.echo(_REPLACEMENTS.dump_json(suggestions, indent=2))
        return
    if not suggestions:
        typer.echo(f"No other coach is available for {coachee} without affecting others.")
    for one in suggestions:
        for line in _lines(one):
            typer.echo(line)


def _lines(one: Replacement) -> Iterator[str]:
    costs = f"costs {one.price}" if one.price > 0 else f"gains {-one.price}"
    points = pluralise(one.points, "point")
    yield f"{one.coach}: {points}; {costs if one.price else 'costs nothing'}"
    for verdict in one.verdicts:
        yield f"  {verdict.rule}: {verdict.because}"
    yield "  " + ", ".join(f"{start:%a %d %b %H:%M}" for start, _ in one.times)
