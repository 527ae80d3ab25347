"""`gender-coach import`: reads untidy lists of people, and writes them in the standard format."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from api.cli import import_facts as facts
from api.cli.import_json import import_object
from api.cli.import_summary import ImportSummary
from api.cli.output import echo, print_warnings, render
from api.cli.output import gettext as _
from api.cli.output_folder import OutputConflictError, check_files_in_folder, write_files_in_folder
from api.cli.reading_options import CoacheesFile, CoachesFile, CycleFile, Encoding, Strict
from api.input_files.cycle_inputs import CycleInputs, ListReading, read_inputs
from api.input_files.list_import import IMPORT_FILES, UNDERSTOOD_FILE, ListImport, import_lists
from api.results.result_folder import read_result_folder
from coach.errors import InputFault, UnusableInputError
from coach.intake.facts import IN_SHEET
from coach.intake.review_facts import SAME_PERSON_TWICE
from coach.people import Roster
from coach.texts.facts import Fact

T = TypeVar("T")


def import_(
    cycle: CycleFile,
    *,
    coachees: CoacheesFile,
    coaches: CoachesFile,
    before: Annotated[
        Path | None,
        typer.Option(metavar="RESULT_DIR", help=_("An earlier result to compare the lists with.")),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help=_("The folder to write the lists to; if omitted, no lists are written."),
        ),
    ] = None,
    encoding: Encoding = None,
    strict: Strict = False,
    force: Annotated[
        bool, typer.Option("--force", help=_("Replace earlier lists in the folder."))
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print JSON."))] = False,
) -> None:
    """Review two lists of people, and write them in the standard format."""
    if out is not None:
        _check_folder(out, (coachees, coaches), force=force)
    inputs, earlier = _read(cycle, coachees, coaches, before, ListReading(strict, encoding))
    imported = import_lists(inputs, earlier)
    if out is not None:
        write_files_in_folder(out, imported.files())
    if as_json:
        described = import_object(imported, IMPORT_FILES if out else ())
        typer.echo(json.dumps(described, indent=2, ensure_ascii=False))
    else:
        _print(inputs, imported, out)


def _check_folder(out: Path, lists: tuple[Path, ...], *, force: bool) -> None:
    check_files_in_folder(out, IMPORT_FILES, force=force)
    for path in (out / name for name in IMPORT_FILES):
        if path.exists() and any(one.exists() and path.samefile(one) for one in lists):
            raise OutputConflictError(facts.WOULD_REPLACE_INPUT(path=str(path)))


def _read(
    cycle: Path, coachees: Path, coaches: Path, before: Path | None, reading: ListReading
) -> tuple[CycleInputs, Roster | None]:
    """Read the lists and the earlier result.

    Raises:
        UnusableInputError: the lists or the result have faults; the error lists all of them.
    """
    faults: list[InputFault] = []

    def attempt(read: Callable[[], T]) -> T | None:
        try:
            return read()
        except UnusableInputError as error:
            faults.extend(error.faults)
            return None

    inputs = attempt(lambda: read_inputs(cycle, coachees, coaches, reading=reading))
    earlier = None if before is None else attempt(lambda: read_result_folder(before).inputs.roster)
    if faults or inputs is None:
        raise UnusableInputError(faults)
    return inputs, earlier


def _print(inputs: CycleInputs, imported: ListImport, out: Path | None) -> None:
    for one in inputs.understood:
        typer.echo(one.line(render(one.message)))
    print_warnings(one for one in imported.warnings if not _is_about_doubled_person(one))
    for line in ImportSummary(imported).lines():
        typer.echo(line)
    if out is None:
        echo(facts.NOT_WRITTEN())
        return
    echo(facts.WRITTEN(out=str(out), files=IMPORT_FILES))
    if imported.left_out:
        echo(facts.LEFT_OUT(count=len(imported.left_out), file=UNDERSTOOD_FILE))


def _is_about_doubled_person(warning: InputFault) -> bool:
    """Return whether a warning is about a person entered twice, which the summary also reports."""
    message = warning.message
    if isinstance(message, Fact) and message.code == IN_SHEET.code:
        message = Fact.from_json(message.params["message"])
    return isinstance(message, Fact) and message.code == SAME_PERSON_TWICE.code
