"""`gender-coach pairs`: evaluates all pairs of coachee and coach."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli import facts as common
from api.cli import question_facts as facts
from api.cli.earlier_option import EarlierOption
from api.cli.output import echo
from api.cli.output import gettext as _
from api.cli.output_folder import STANDARD_OUTPUT, check_output_file, write_output_file
from api.cli.reading_options import (
    CoacheesFile,
    CoachesFile,
    CycleFile,
    Encoding,
    Strict,
    print_reading,
)
from api.files.csv_writer import csv_bytes
from api.input_files.cycle_inputs import ListReading, read_inputs
from matching.rules.pair_report import pair_rows


def pairs(
    cycle: CycleFile,
    *,
    coachees: CoacheesFile,
    coaches: CoachesFile,
    out: Annotated[
        Path,
        typer.Option(metavar="FILE.csv", help=_("The file to write, or - for standard output.")),
    ],
    earlier: EarlierOption = None,
    encoding: Encoding = None,
    strict: Strict = False,
    force: Annotated[bool, typer.Option("--force", help=_("Replace an existing file."))] = False,
) -> None:
    """Evaluate every pair of coachee and coach, and write one row per pair."""
    check_output_file(out, force=force)
    inputs = read_inputs(
        cycle, coachees, coaches, reading=ListReading(strict, encoding), earlier=earlier or ()
    )
    print_reading(inputs)
    rows = [
        (
            row.coachee,
            row.coach,
            "yes" if row.eligible else "no",
            row.points or 0,
            ";".join(row.blocked_by),
        )
        for row in pair_rows(inputs.roster, inputs.cycle)
    ]
    write_output_file(
        out, csv_bytes(("coachee", "coach", "eligible", "points", "blocked_by"), rows)
    )
    eligible = sum(row[2] == "yes" for row in rows)
    every = common.PAIRS(count=len(rows))
    if out == STANDARD_OUTPUT:
        echo(facts.ELIGIBLE(count=eligible, pairs=every), err=True)
    else:
        echo(facts.ELIGIBLE_PAIRS(count=eligible, pairs=every, out=str(out)))
