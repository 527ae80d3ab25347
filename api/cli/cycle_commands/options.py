"""Arguments and options that commands about cycles share, and their JSON output."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from pydantic import TypeAdapter

from api.cli.output import gettext as _

CYCLE_ID = typer.Argument(metavar="ID", help=_("The ID of the cycle."))
DATA = typer.Option(help=_("Folder that contains the database and the keys."))
JSON = typer.Option("--json", help=_("Print JSON in the same format as the API."))
AsJson = Annotated[bool, JSON]


def print_json(value: Any) -> None:  # noqa: ANN401 - any value with a JSON form
    """Print a value as JSON, in the form that the API returns."""
    typer.echo(TypeAdapter(type(value)).dump_json(value, indent=2))
