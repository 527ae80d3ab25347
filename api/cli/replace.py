"""`gender-coach replace`: suggests another coach for one coachee."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter

from api.cli import facts as common
from api.cli import question_facts as facts
from api.cli.output import TEXTS, echo, render
from api.cli.output import gettext as _
from api.plan_queries.answer_json import AnswerSentences, ReplacementJson
from api.results.result_folder import read_result_folder
from matching.facts.names import rule_name
from matching.rematching.replacement import Replacement, replacements

_REPLACEMENTS = TypeAdapter(tuple[ReplacementJson, ...])


def replace(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=_("A results folder."))],
    coachee: Annotated[str, typer.Argument(metavar="COACHEE", help=_("The ID of a coachee."))],
    *,
    not_before: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help=_("The earliest date for a session (mid-cycle).")),
    ] = None,
    sessions: Annotated[
        int | None, typer.Option(min=1, max=20, help=_("The number of remaining sessions."))
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print JSON."))] = False,
) -> None:
    """Suggest another coach for one coachee without affecting anyone else."""
    found = read_result_folder(folder)
    suggestions = replacements(
        found.inputs.roster,
        found.inputs.cycle,
        found.result,
        coachee,
        not_before=not_before.date() if not_before else None,
        sessions=sessions,
    )
    if as_json:
        sentences = AnswerSentences(TEXTS)
        typer.echo(
            _REPLACEMENTS.dump_json(tuple(map(sentences.replacement, suggestions)), indent=2)
        )
        return
    if not suggestions:
        echo(facts.NO_REPLACEMENT(coachee=coachee))
    for one in suggestions:
        for line in _lines(one):
            typer.echo(line)


def _lines(one: Replacement) -> Iterator[str]:
    points = common.POINTS(count=one.points)
    if not one.price:
        yield render(facts.REPLACEMENT_FREE(coach=one.coach, points=points))
    else:
        change = facts.REPLACEMENT_COSTS if one.price > 0 else facts.REPLACEMENT_GAINS
        price = common.POINTS(count=abs(one.price))
        yield render(change(coach=one.coach, points=points, price=price))
    for verdict in one.verdicts:
        label = rule_name(verdict.rule)
        yield render(facts.VERDICT(rule=label, because=verdict.reason), indent=2)
    times = (facts.SESSION_TIME(day=start.date(), time=start) for start, _end in one.times)
    yield f"  {', '.join(map(render, times))}"
