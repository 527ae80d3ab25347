"""`gender-coach cycle list`, `create`, `show` and `policy`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli import facts as common
from api.cli.cycle_commands import facts
from api.cli.cycle_commands.options import CYCLE_ID, DATA, AsJson, print_json
from api.cli.output import echo
from api.cli.output import gettext as _
from api.cli.services import open_cli_services
from api.files.upload_limits import MAX_CYCLE_FILE_BYTES
from api.input_files.source import NamedFile, read_source
from api.overview import cycles
from api.overview.cycles import CycleSummary
from coach.errors import UnusableInputError

_FILE = typer.Argument(metavar="CYCLE.toml", help=_("The cycle file."))


def list_(*, as_json: AsJson = False, data: Annotated[Path | None, DATA] = None) -> None:
    """List the cycles, newest first."""
    with open_cli_services(data) as services:
        found = cycles.list_cycles(services)
    if as_json:
        print_json(found)
        return
    for summary in found:
        _print(summary)


def create(
    file: Annotated[Path, _FILE],
    *,
    as_json: AsJson = False,
    data: Annotated[Path | None, DATA] = None,
) -> None:
    """Create a cycle from a cycle file."""
    content = _read(file)
    with open_cli_services(data) as services:
        summary = cycles.create_cycle(services, content)
    if as_json:
        print_json(summary)
    else:
        _print(summary)


def show(
    ident: Annotated[str, CYCLE_ID],
    *,
    as_json: AsJson = False,
    data: Annotated[Path | None, DATA] = None,
) -> None:
    """Show the number of people in a cycle, its unfinished run and its plans."""
    with open_cli_services(data) as services:
        overview = cycles.read_overview(services, ident)
    if as_json:
        print_json(overview)
        return
    _print(overview.summary)
    if overview.open_run_id:
        echo(facts.OPEN_RUN(id=overview.open_run_id), indent=2)
    for plan in overview.draft_plan_ids:
        echo(facts.DRAFT(id=plan), indent=2)
    if overview.summary.published_plan_id:
        echo(facts.PUBLISHED_PLAN(id=overview.summary.published_plan_id), indent=2)


def policy(
    ident: Annotated[str, CYCLE_ID],
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[CYCLE.toml]", help=_("Replace the policy with this file.")),
    ] = None,
    *,
    as_json: AsJson = False,
    data: Annotated[Path | None, DATA] = None,
) -> None:
    """Print a cycle's file, or replace its policy."""
    content = None if file is None else _read(file)
    with open_cli_services(data) as services:
        if content is not None:
            cycles.replace_policy(services, ident, content)
        if as_json:
            print_json(cycles.read_overview(services, ident).policy)
        elif content is None:
            typer.echo(cycles.read_cycle_file(services, ident).text, nl=False)
        else:
            echo(facts.POLICY_REPLACED())


def _read(path: Path) -> NamedFile:
    source = read_source(path, MAX_CYCLE_FILE_BYTES)
    if not isinstance(source, NamedFile):
        raise UnusableInputError([source])
    return source


def _print(summary: CycleSummary) -> None:
    echo(
        facts.CYCLE(
            id=summary.id,
            name=summary.name,
            first=summary.start,
            last=summary.end,
            coachees=common.COACHEES(count=summary.coachees),
            coaches=common.COACHES(count=summary.coaches),
        )
    )
