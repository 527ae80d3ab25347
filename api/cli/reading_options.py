"""The arguments and options of commands that read a cycle file and lists of people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli import facts
from api.cli.output import gettext as _
from api.cli.output import print_warnings, render
from api.input_files.cycle_inputs import CycleInputs


def _text_encoding(name: str | None) -> str | None:
    """Return `name`, which must be `None` or the name of a text encoding.

    Raises:
        BadParameter: the encoding is not known.
    """
    if name is not None:
        try:
            b"x".decode(name)
        except (LookupError, ValueError):
            raise typer.BadParameter(render(facts.NOT_AN_ENCODING(name=name))) from None
    return name


COACHEES = typer.Option(metavar="FILE", help=_("The list of coachees: CSV, XLSX or ODS."))
COACHES = typer.Option(metavar="FILE", help=_("The list of coaches: CSV, XLSX or ODS."))
CycleFile = Annotated[
    Path, typer.Argument(metavar="CYCLE.toml", help=_("The cycle file, with dates and policy."))
]
CoacheesFile = Annotated[Path, COACHEES]
CoachesFile = Annotated[Path, COACHES]
Strict = Annotated[
    bool,
    typer.Option("--strict", help=_("Accept only values in the standard format.")),
]
Encoding = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        callback=_text_encoding,
        help=_("Encoding of CSV files that are not Unicode, such as windows-1250."),
    ),
]


def print_reading(inputs: CycleInputs) -> None:
    """Print to stderr how values were understood, and warnings about possible mistakes."""
    for one in inputs.understood:
        typer.echo(one.line(render(one.message)), err=True)
    print_warnings(inputs.warnings)
