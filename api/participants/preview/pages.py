"""The page for lists awaiting a decision, and its forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request, Response

from api.http import urls
from api.http.dependencies import PrincipalDep, ServicesDep, services_for
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.principal import TokenScope
from api.lists.listing import Listing, present_list
from api.lists.query import ListDefinition, read_query
from api.lists.selection import page_of
from api.participants.preview import service
from api.participants.preview.outcome import KINDS, ListAnswers, Outcome
from api.participants.preview.review_json import AnyRow, review_json
from api.participants.preview.service import Confirmation, Preview, PreviewAnswers
from api.participants.preview.undo_lists import undo_lists
from api.participants.rows import Side
from api.texts.reader_language import request_renderer
from api.web.date_formats import format_short_datetime
from api.web.rendering import FormFields, parse_form, redirect_after_post, render_page
from coach.errors import ConflictError, InputFault, UnusableInputError
from coach.intake.columns import COLUMNS
from coach.texts.facts import Displayed

PREVIEW_PAGES = APIRouter(prefix="/cycles/{cycle_id}/people", include_in_schema=False)
_LEAVE_OUT = "-"
_SECTION = "section"
_PARTS = ListDefinition(sorts=("row",), fixed=(_SECTION,))
"""Defines the pagination of the long sections: each list's changes, and possible duplicates."""
_WRITE = Permission(MANAGER, scope=TokenScope.PEOPLE)


@PREVIEW_PAGES.get("/preview")
def show_preview(cycle_id: str, request: Request) -> Response:
    """Show the changes that the uploaded lists would make, or the questions about the lists."""
    return _render(request, cycle_id)


@PREVIEW_PAGES.post("/preview/answers")
def answer_list_questions(
    cycle_id: str, form_fields: FormFields, request: Request, services: ServicesDep
) -> Response:
    """Answer questions about encodings and headers."""
    try:
        preview = service.read_preview(services, cycle_id)
        service.answer_questions(services, cycle_id, _answers(preview.outcome, form_fields))
    except UnusableInputError as error:
        return _render(request, cycle_id, faults=error.faults)
    return redirect_after_post(urls.list_preview(cycle_id))


@PREVIEW_PAGES.post("/preview/use")
def use_previewed_lists(
    cycle_id: str,
    form_fields: FormFields,
    request: Request,
    services: ServicesDep,
    principal: PrincipalDep,
) -> Response:
    """Use the lists. A list that may be incomplete requires a second confirmation."""
    try:
        service.use_lists(services, principal, cycle_id, parse_form(Confirmation, form_fields))
    except ConflictError as error:
        return _render(request, cycle_id, conflict=error.shown)
    except UnusableInputError as error:
        return _render(request, cycle_id, faults=error.faults)
    return redirect_after_post(f"{urls.cycle(cycle_id)}/people")


@PREVIEW_PAGES.post("/preview/discard")
def discard_previewed_lists(cycle_id: str, services: ServicesDep) -> Response:
    """Delete the lists that are awaiting a decision."""
    service.discard_lists(services, cycle_id)
    return redirect_after_post(urls.cycle(cycle_id))


@PREVIEW_PAGES.post("/undo")
def undo_latest_lists(
    cycle_id: str,
    services: ServicesDep,
    principal: PrincipalDep,
    version: Annotated[int | None, Form()] = None,
) -> Response:
    """Restore the people as they were before the latest lists."""
    undo_lists(services, principal, cycle_id, version=version)
    return redirect_after_post(f"{urls.cycle(cycle_id)}/people")


def _answers(outcome: Outcome, fields: Mapping[str, str]) -> PreviewAnswers:
    """Return the answers in a form; unanswered questions are asked again."""
    return PreviewAnswers(
        coachees=_answers_about(Side.COACHEE, outcome, fields),
        coaches=_answers_about(Side.COACH, outcome, fields),
    )


def _answers_about(side: Side, outcome: Outcome, fields: Mapping[str, str]) -> ListAnswers:
    chosen = {
        one.key: fields.get(f"header.{side}.{one.key}", "")
        for one in outcome.headers
        if one.side is side
    }
    known = {_LEAVE_OUT, *(column.name for column in COLUMNS[KINDS[side]])}
    words = next((one.words for one in outcome.encodings if one.side is side), {})
    encoding = fields.get(f"encoding.{side}")
    return ListAnswers(
        encoding=next((one for one in words if one.value == encoding), None),
        headers={
            key: "" if column == _LEAVE_OUT else column
            for key, column in chosen.items()
            if column in known
        },
    )


def _render(
    request: Request,
    cycle_id: str,
    *,
    faults: Sequence[InputFault] = (),
    conflict: Displayed = "",
) -> Response:
    preview = service.read_preview(services_for(request), cycle_id)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
    return render_page(
        request,
        "participants/preview.html",
        HTTPStatus.CONFLICT if conflict else status,
        cycle=preview.cycle,
        outcome=preview.outcome,
        seen=preview.seen,
        expires=format_short_datetime(preview.expires_at, ZoneInfo(preview.cycle.timezone)),
        columns={side: COLUMNS[kind] for side, kind in KINDS.items()},
        faults=faults,
        conflict=conflict,
        concerns=[one.concern for one in preview.concerns],
        **_review(request, preview),
    )


def _review(request: Request, preview: Preview) -> dict[str, object]:
    if preview.review is None:
        return {"lists": (), "review": None}
    texts, asked = request_renderer(request), read_query(request, _PARTS)
    listings: dict[str, Listing] = {}

    def part_of(section: str, rows: Sequence[AnyRow]) -> Sequence[AnyRow]:
        is_asked = asked.fixed.get(_SECTION) == section
        query = replace(asked, page=asked.page if is_asked else 1).with_fixed({_SECTION: section})
        selected = page_of(rows, query, total=len(rows))
        listings[section] = present_list(urls.list_preview(preview.cycle.id), query, selected)
        return selected.rows

    lists, review = review_json(preview.review, preview.outcome.rows, texts, part_of)
    return {
        "lists": [(each, preview.files[each.side]) for each in lists if each.side in preview.files],
        "review": review,
        "listings": listings,
        "section": asked.fixed.get(_SECTION),
    }


ROUTERS = (PREVIEW_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", "/cycles/{cycle_id}/people/preview"): Permission(MANAGER, audit_action="people opened"),
    ("POST", "/cycles/{cycle_id}/people/preview/answers"): _WRITE,
    ("POST", "/cycles/{cycle_id}/people/preview/use"): _WRITE,
    ("POST", "/cycles/{cycle_id}/people/preview/discard"): _WRITE,
    ("POST", "/cycles/{cycle_id}/people/undo"): _WRITE,
}
