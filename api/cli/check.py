"""`gender-coach check`: audits a result without the solver."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from api.cli import facts as common
from api.cli import question_facts as facts
from api.cli.output import echo
from api.cli.output import gettext as _
from api.error_mapping import EXIT_NEGATIVE
from api.results.folder_check import folder_findings
from api.results.result_folder import ResultFolder, read_result_folder
from matching.auditor import Finding, audit


def check(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=_("A results folder."))],
) -> None:
    """Audit a result against its inputs, without the solver."""
    found = read_result_folder(folder)
    findings = list(_findings(folder, found))
    for finding in findings:
        echo(common.ABOUT(about=finding.about, statement=finding.message), err=True)
    if findings:
        echo(facts.RESULT_INVALID(folder=str(folder), count=len(findings)), err=True)
        raise typer.Exit(EXIT_NEGATIVE)
    matches = found.result.matches
    sessions = sum(len(match.sessions) for match in matches)
    valid = facts.RESULT_VALID(
        folder=str(folder),
        matches=common.MATCHES(count=len(matches)),
        sessions=common.SESSIONS(count=sessions),
        count=len(found.result.levels),
    )
    echo(valid)


def _findings(folder: Path, found: ResultFolder) -> Iterator[Finding]:
    inputs, result = found.inputs, found.result
    if inputs.sha256 != result.input_sha256:
        yield Finding("inputs", facts.INPUTS_DIFFER())
    yield from audit(inputs.roster, inputs.cycle, result, inputs.keep, inputs.under_way)
    yield from folder_findings(folder, found)
