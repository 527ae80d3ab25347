"""Public reference data: rules, forms, problem types and the OpenAPI document."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel

from api.http.openapi import openapi_document
from api.http.permissions import EVERYBODY, Permission, Permissions
from api.http.problem_details import all_error_types
from api.http.urls import API
from api.results.rule_card_json import RuleCardJson, rule_cards_json
from api.texts.reader_language import request_renderer
from coach.cycle import Cycle, CycleDates
from coach.feedback import Feedback, Note, SharedRecord
from coach.sessions import Attendance
from matching.rules.catalogue import catalogue

_DEFAULTS = Cycle(cycle=CycleDates(start=date(2000, 1, 1), end=date(2000, 1, 1)))
REFERENCE = APIRouter(prefix=API, tags=["reference"])


class FormsView(BaseModel):
    """The JSON Schemas of the forms about a session, and the possible values of `attendance`."""

    attendance: tuple[Attendance, ...]
    shared_record: dict[str, Any]
    note: dict[str, Any]
    feedback: dict[str, Any]


class ProblemKind(BaseModel):
    """A problem type; the `type` of its problem documents ends with `slug`."""

    slug: str
    title: str
    status: int


@REFERENCE.get("/forms")
def forms() -> FormsView:
    """Get the session note form (shared record and note) and the feedback form."""
    return FormsView(
        attendance=tuple(Attendance),
        shared_record=SharedRecord.model_json_schema(),
        note=Note.model_json_schema(),
        feedback=Feedback.model_json_schema(),
    )


@REFERENCE.get("/rules")
def rules(request: Request) -> tuple[RuleCardJson, ...]:
    """Get the matching rules with their documentation and default settings."""
    return rule_cards_json(catalogue(_DEFAULTS), request_renderer(request))


@REFERENCE.get("/problems")
def problems(request: Request) -> tuple[ProblemKind, ...]:
    """List all problem types."""
    texts = request_renderer(request)
    return tuple(
        ProblemKind(slug=kind.slug, title=texts.text(kind.title), status=kind.http_status)
        for kind in all_error_types()
    )


@REFERENCE.get("/openapi.json", include_in_schema=False)
def openapi(request: Request) -> dict[str, Any]:
    """Get the OpenAPI document of this API."""
    return openapi_document(request.app)


ROUTERS = (REFERENCE,)
PERMISSIONS: Permissions = {
    ("GET", API + "/forms"): Permission(EVERYBODY),
    ("GET", API + "/rules"): Permission(EVERYBODY),
    ("GET", API + "/problems"): Permission(EVERYBODY),
    ("GET", API + "/openapi.json"): Permission(EVERYBODY),
}
