"""The office's pages for a cycle's answers and for the deployment's instruments."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from api.coaching.curriculum.presenters import text_of
from api.coaching.instruments import facts
from api.coaching.instruments.fields import origins_of, question_text, scale_ends
from api.coaching.instruments.office import InstrumentFigures, ItemFigure, read_answers_page
from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.input_files.instruments import instruments_of
from api.participants.rows import Side
from api.web.rendering import render_page
from coach.answer_figures import MIN_PEOPLE
from coach.instruments import Instrument, ItemKind, questions
from coach.occasions import MOMENTS
from coach.texts.facts import Displayed, Fact

ANSWERS_PAGES = APIRouter(include_in_schema=False)
_SIDES = {Side.COACHEE: facts.OF_COACHEES(), Side.COACH: facts.OF_COACHES()}


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A question and its formatted figure; `people` and `mean` are empty if they are hidden."""

    text: Displayed
    people: str
    mean: Displayed


@dataclass(frozen=True, slots=True)
class FigureTable:
    """An instrument's figures, formatted for display."""

    title: Fact
    version: str
    occasion: Fact
    side: Fact
    ends: Displayed
    lines: tuple[FigureLine, ...]


@ANSWERS_PAGES.get("/cycles/{cycle_id}/answers")
def show_answers(cycle_id: str, request: Request, services: ServicesDep) -> Response:
    """Show the questions asked in a cycle, the number of answers, and the figures."""
    found = read_answers_page(services, cycle_id)
    return render_page(
        request,
        "coaching/answers_of_cycle.html",
        cycle=found.cycle,
        counts=[
            (facts.OCCASIONS[one.occasion](), one.answered, one.asked)
            for one in found.answers.counts
        ],
        tables=[_table(one) for one in found.answers.figures],
        least=MIN_PEOPLE,
    )


@ANSWERS_PAGES.get("/instruments")
def show_instruments(request: Request, services: ServicesDep) -> Response:
    """Show the instruments of the deployment, with licences and sources."""
    asked = instruments_of(services.settings)
    return render_page(
        request,
        "coaching/instruments.html",
        instruments=[
            (
                text_of(one.title),
                one,
                [
                    facts.OCCASIONS[occasion]()
                    for occasion, moment in MOMENTS.items()
                    if asked.get(moment) is one
                ],
                [text_of(item.text) for item in one.items],
                scale_ends(one),
                origins_of(one),
            )
            for one in {each.code: each for each in asked.values()}.values()
        ],
    )


def _table(found: InstrumentFigures) -> FigureTable:
    instrument = found.instrument
    return FigureTable(
        title=text_of(instrument.title),
        version=instrument.version,
        occasion=facts.OCCASIONS[found.occasion](),
        side=_SIDES[found.side],
        ends=scale_ends(instrument),
        lines=tuple(line for one in found.figures for line in _lines(instrument, one)),
    )


def _lines(instrument: Instrument, one: ItemFigure) -> list[FigureLine]:
    asked = {each.key: each for each in questions(instrument.with_items([one.item]))}
    text = question_text(instrument, asked[one.key])
    if one.chosen is None:
        people = "" if one.people is None else str(one.people)
        mean: Displayed = "" if one.mean is None else facts.MEAN(mean=one.mean)
        return [FigureLine(text, people, mean)]
    if one.item.kind is ItemKind.YES_NO:
        labels: dict[str, Fact] = {"yes": facts.YES()}
    else:
        labels = {choice.code: text_of(choice.text) for choice in one.item.choices}
    return [
        FigureLine(
            facts.ITEM_AT(item=text, aspect=labels[code]), "" if number is None else str(number), ""
        )
        for code, number in one.chosen.items()
    ]


ROUTERS = (ANSWERS_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", "/cycles/{cycle_id}/answers"): Permission(MANAGER, audit_action="answers opened"),
    ("GET", "/instruments"): Permission(MANAGER),
}
