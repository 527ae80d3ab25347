"""`gender-coach template`: creates a template workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.files.atomic_write import write_atomically
from api.input_files.template_workbook import template_workbook
from api.texts.reader_language import terminal_renderer


def template(
    *, out: Annotated[Path, typer.Option(metavar="FILE.xlsx", help="The file to write.")]
) -> None:
    """Create a template workbook for people lists."""
    write_atomically(out, template_workbook(terminal_renderer()))
    typer.echo(
        f"{out} is ready: fill in the sheets coachees and coaches, then run\n"
        f"  gender-coach match CYCLE.toml --coachees {out} --coaches {out} --out DIR"
    )
