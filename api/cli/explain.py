"""`gender-coach explain`: explains the result for one coachee."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from api.cli import question_facts as facts
from api.cli.output import TEXTS, echo, render
from api.cli.output import gettext as _
from api.engine_threads import run_in_thread
from api.plan_queries.answer_json import AnswerSentences
from api.results.move_view import display_names
from api.results.result_folder import read_result_folder
from matching.deadline import Deadline, DeadlineExceededError
from matching.errors import NoUsableResultError
from matching.explanation import RunnerUp, sections
from matching.explanation import explain as explain_coachee
from matching.explanation.runner_ups import RunnerUps
from matching.result import Match

_LIMIT_SECONDS = 120


def explain(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=_("A results folder."))],
    coachee: Annotated[str, typer.Argument(metavar="COACHEE", help=_("The ID of a coachee."))],
    *,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print JSON."))] = False,
) -> None:
    """Explain a coachee's match, or why there is none and what would help."""
    found = read_result_folder(folder)
    roster, cycle = found.inputs.roster, found.inputs.cycle
    deadline = Deadline(time.monotonic, _LIMIT_SECONDS, lambda: False, run_in_thread)

    def next_best(match: Match) -> RunnerUp | None:
        try:
            return RunnerUps(
                roster, cycle, found.result, deadline, under_way=found.inputs.under_way
            ).of(match)
        except DeadlineExceededError as error:
            raise NoUsableResultError(
                facts.NO_ALTERNATIVE(coachee=match.coachee, seconds=_LIMIT_SECONDS)
            ) from error

    explanation = explain_coachee(roster, cycle, found.result, coachee, next_best)
    if as_json:
        names = display_names((*roster.coachees, *roster.coaches))
        typer.echo(AnswerSentences(TEXTS, names).explanation(explanation).model_dump_json(indent=2))
        return
    for section in sections(explanation, roster):
        typer.echo(typer.style(render(section.title), bold=True))
        for line in section.lines:
            echo(line, indent=2)
