"""Pages where people answer questions about their work with their coach or coachee."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import APIRouter, Response

from api.coaching.agreements.pair_request import PairRequest, PairRequestDep
from api.coaching.curriculum.presenters import text_of
from api.coaching.instruments import service
from api.coaching.instruments.fields import (
    answer_lines,
    by_field,
    entered_answers,
    field_names,
    form_values,
    item_fields,
    origins_of,
    scale_ends,
)
from api.coaching.instruments.service import AnswersInput
from api.http.permissions import PERSON, Permission, Permissions
from api.web.rendering import FormFields, redirect_after_post, render_page
from coach.errors import ConflictError, UnusableInputError
from coach.instruments import Moment
from coach.occasions import MOMENTS, Occasion
from coach.texts.facts import Displayed

QUESTION_PAGES = APIRouter(prefix="/p/{link}/coaching/{other_id}", include_in_schema=False)
_SEEN = "seen"


@QUESTION_PAGES.get("/questions/{occasion}")
def show_questions(occasion: Occasion, pair: PairRequestDep) -> Response:
    """Show the questions, or the person's answers."""
    return _render(pair, occasion)


@QUESTION_PAGES.post("/questions/{occasion}")
def answer_questions(occasion: Occasion, pair: PairRequestDep, form_fields: FormFields) -> Response:
    """Store the answers."""
    asked = service.read_questions(pair.services, pair.principal, pair.other_id, occasion)
    answers = entered_answers(asked.instrument, form_fields)
    given = AnswersInput(seen=form_fields.get(_SEEN, "")[:64], answers=answers)
    try:
        service.answer_questions(pair.services, pair.principal, pair.other_id, occasion, given)
    except ConflictError as error:
        return _render(pair, occasion, form_fields, {"": error.shown}, HTTPStatus.CONFLICT)
    except UnusableInputError as error:
        faults = by_field(error.by_column)
        return _render(pair, occasion, form_fields, faults, HTTPStatus.UNPROCESSABLE_ENTITY)
    return redirect_after_post(f"{pair.address}/questions/{occasion.value}?saved=true")


def _render(
    pair: PairRequest,
    occasion: Occasion,
    entered: Mapping[str, str] | None = None,
    faults: Mapping[str, Displayed] | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    asked = service.read_questions(pair.services, pair.principal, pair.other_id, occasion)
    instrument, answered = asked.instrument, asked.answered
    given = entered or form_values(instrument, {})
    return render_page(
        pair.request,
        "coaching/questions.html",
        status,
        **pair.layout,
        asked=asked,
        title=text_of(instrument.title),
        intro="" if instrument.intro is None else text_of(instrument.intro),
        is_alliance=MOMENTS[occasion] is Moment.ALLIANCE,
        items=item_fields(instrument),
        ends=scale_ends(instrument),
        origins=origins_of(instrument),
        lines=()
        if answered is None
        else tuple(answer_lines(answered.instrument, answered.answers)),
        entered={name: given.get(name, "") for name in field_names(instrument)},
        saved="saved" in pair.request.query_params,
        faults=faults or {},
    )


ROUTERS = (QUESTION_PAGES,)
_OWN = Permission(PERSON, own_only=True, requires_verification=True)
_PAGE = "/p/{link}/coaching/{other_id}/questions/{occasion}"
PERMISSIONS: Permissions = {("GET", _PAGE): _OWN, ("POST", _PAGE): _OWN}
