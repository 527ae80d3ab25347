"""`gender-coach template`: an empty workbook to fill in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.files.atomic_write import write_atomically
from api.input_files.template_workbook import template_workbook


def template(
    *, out: Annotated[Path, typer.Option(metavar="FILE.xlsx", help="Where to write it.")]
) -> None:
    """Write an empty workbook to fill in."""
    write_atomically(out, template_workbook())
    typer.echo(
        f"{out} is ready: fill in the sheets coachees and coaches, then give the same file to\n"
        f"  gender-coach match CYCLE.toml --coachees {out} --coaches {out} --out DIR"
    )
