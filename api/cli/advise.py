"""`gender-coach advise`: finds the changes to a cycle that would place the most people."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter

from api.cli import question_facts as facts
from api.cli.output import TEXTS, echo, render
from api.cli.output import gettext as _
from api.cli.run import available_processors
from api.plan_queries.answer_json import AdviceJson, AnswerSentences
from api.plan_queries.resolve import solve_again
from api.results.result_folder import read_result_folder
from matching.explanation import Advice
from matching.explanation import advise as advise_cycle

_LIMIT_SECONDS = 120.0
_ADVICE = TypeAdapter(tuple[AdviceJson, ...])


def advise(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=_("A results folder."))],
    *,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print JSON."))] = False,
) -> None:
    """Find the three changes to the policy that would place the most people."""
    found = read_result_folder(folder)
    inputs = found.inputs
    solver = partial(
        solve_again,
        limit_seconds=_LIMIT_SECONDS,
        workers=available_processors(),
        under_way=inputs.under_way,
    )
    suggestions = advise_cycle(inputs.roster, inputs.cycle, found.result, solver)
    if as_json:
        sentences = AnswerSentences(TEXTS)
        typer.echo(_ADVICE.dump_json(tuple(map(sentences.advice, suggestions)), indent=2))
        return
    if not suggestions:
        echo(facts.NO_ADVICE())
    for one in suggestions:
        for line in _lines(one):
            typer.echo(line)


def _lines(advice: Advice) -> Iterator[str]:
    yield render(facts.ADVICE(change=advice.change, coachees=advice.placed))
    if advice.unplaced:
        yield render(facts.ADVICE_UNPLACED(coachees=advice.unplaced), indent=2)
    for one in advice.settings:
        yield render(facts.SETTING(key=one.key, after=one.after, before=one.before), indent=2)
