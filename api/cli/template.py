"""`gender-coach template`: creates a template workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli import question_facts as facts
from api.cli.output import TEXTS, echo
from api.cli.output import gettext as _
from api.cli.output_folder import STANDARD_OUTPUT, check_output_file, write_output_file
from api.input_files.template_workbook import template_workbook


def template(
    *,
    out: Annotated[
        Path,
        typer.Option(metavar="FILE.xlsx", help=_("The file to write, or - for standard output.")),
    ],
    force: Annotated[bool, typer.Option("--force", help=_("Replace an existing file."))] = False,
) -> None:
    """Create a template workbook for people lists."""
    check_output_file(out, force=force)
    write_output_file(out, template_workbook(TEXTS))
    if out != STANDARD_OUTPUT:
        echo(facts.TEMPLATE_READY(out=str(out)))
        typer.echo(f"  gender-coach match CYCLE.toml --coachees {out} --coaches {out} --out DIR")
