"""`gender-coach template`: creates a template workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli import question_facts as facts
from api.cli.output import TEXTS, echo
from api.cli.output import gettext as _
from api.files.atomic_write import write_atomically
from api.input_files.template_workbook import template_workbook


def template(
    *, out: Annotated[Path, typer.Option(metavar="FILE.xlsx", help=_("The file to write."))]
) -> None:
    """Create a template workbook for people lists."""
    write_atomically(out, template_workbook(TEXTS))
    echo(facts.TEMPLATE_READY(out=str(out)))
    typer.echo(f"  gender-coach match CYCLE.toml --coachees {out} --coaches {out} --out DIR")
