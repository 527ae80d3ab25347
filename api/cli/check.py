"""`gender-coach check`: audits a result without the solver."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from api.results.folder_check import folder_findings
from api.results.result_folder import ResultFolder, read_result_folder
from coach.plural import pluralise
from matching.auditor import Finding, audit

EXIT_FINDINGS = 1


def check(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A results folder.")],
) -> None:
    """Audit a result against its inputs, without the solver."""
    found = read_result_folder(folder)
    findings = list(_findings(folder, found))
    for finding in findings:
        typer.echo(str(finding), err=True)
    if findings:
        found_wrong = pluralise(len(findings), "finding")
        typer.echo(f"{folder}: {found_wrong}; this result is not valid", err=True)
        raise typer.Exit(EXIT_FINDINGS)
    matches = found.result.matches
    sessions = sum(len(match.sessions) for match in matches)
    typer.echo(
        f"{folder}: valid. {pluralise(len(matches), 'match', 'matches')} with "
        f"{pluralise(sessions, 'session')} satisfy all "
        f"rules, windows, gaps and limits. All {len(found.result.levels)} levels are correct."
    )


def _findings(folder: Path, found: ResultFolder) -> Iterator[Finding]:
    inputs, result = found.inputs, found.result
    if inputs.sha256 != result.input_sha256:
        yield Finding("inputs", "the files in inputs/ are not the input files of this result")
    yield from audit(inputs.roster, inputs.cycle, result, inputs.keep, inputs.under_way)
    yield from folder_findings(folder, found)
