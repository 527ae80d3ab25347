"""The OpenAPI document of the API."""

from __future__ import annotations

from http import HTTPStatus
from threading import Lock
from typing import Any

from fastapi import FastAPI

from api.http.examples import add_examples
from api.http.permissions import Permission
from api.http.principal import AccessRole
from api.http.problem_details import MEDIA_TYPE

API_DESCRIPTION = """\
Matches coachees with coaches and schedules all their sessions in one step.

A **cycle** is created from a cycle file, and its **people** are uploaded as two lists. A **run**
computes a draft **plan**. Publishing a plan writes **invitations** to the outbox. People **reply**
through their secret link; coaches submit the shared **record** and their own **note** of each
session, coachees their **feedback**.

Managers authenticate with a bearer token, created with `POST /api/v1/me/credentials`; people use
the secret of their link in the same way. Errors are problem documents (RFC 9457) that say what is
wrong, where, and what to do.
"""
TAGS = [
    {"name": "cycles", "description": "Cycles of the programme, and their policies."},
    {"name": "people", "description": "Coachees and coaches, uploaded as complete lists."},
    {"name": "runs", "description": "Runs, which compute plans: start, progress and cancellation."},
    {"name": "plans", "description": "Results of runs: drafts, and the published plan."},
    {"name": "questions", "description": "Queries about a plan that require another solver run."},
    {"name": "schedule", "description": "Schedules of published sessions, with replies."},
    {"name": "invitations", "description": "Calendar objects and emails."},
    {"name": "sessions", "description": "Single sessions, and replies to them."},
    {
        "name": "records and notes",
        "description": "Shared records and private notes on sessions, submitted by coaches.",
    },
    {"name": "feedback", "description": "Feedback on sessions, submitted by coachees."},
    {"name": "coaching", "description": "Agreements, goals and commitments of a pair."},
    {
        "name": "curriculum",
        "description": "Modules of the curriculum, and what pairs plan and have covered of them.",
    },
    {"name": "me", "description": "The current user and their credentials."},
    {"name": "users", "description": "The users of the programme office and their access."},
    {"name": "aide", "description": "The times that an aide answers for."},
    {"name": "audit", "description": "The audit trail and its verification."},
    {"name": "replies", "description": "Replies by email that wait for a decision."},
    {"name": "service", "description": "Whether this deployment works, and what to do."},
    {"name": "guidance", "description": "What coaches in a country must do when told of harm."},
    {"name": "group events", "description": "Kickoffs, seminars and meetings of a cycle."},
    {"name": "webhooks", "description": "Events sent to other systems, with ids only."},
    {"name": "reference", "description": "Rules, forms and problem types."},
]
_PROBLEM_CONTENT = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}
_SECURITY_SCHEMES = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A manager's or auditor's token, or the secret of a person's link.",
    },
    "browser": {
        "type": "apiKey",
        "in": "cookie",
        "name": "gender-coach",
        "description": "Session cookie; `__Host-gender-coach` over https.",
    },
}
_SECURITY_REQUIREMENTS: list[dict[str, list[str]]] = [{"token": []}, {"browser": []}]
_FRAMEWORK_SCHEMAS = ("HTTPValidationError", "ValidationError")
_VERSION_HEADER = "If-Match"
_BUILDING = Lock()  # requests run in threads, and building changes a document that FastAPI caches


def openapi_document(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document, in which every error response is a problem document.

    The document is built on the first request, which takes a few seconds, and then cached.
    """
    with _BUILDING:
        if not hasattr(app.state, "openapi_document"):
            app.state.openapi_document = _build_document(app)
        document: dict[str, Any] = app.state.openapi_document
    return document


def _build_document(app: FastAPI) -> dict[str, Any]:
    description: dict[str, Any] = app.openapi()
    description["components"]["securitySchemes"] = _SECURITY_SCHEMES
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            permission: Permission = app.state.permissions[method.upper(), path]
            operation["summary"] = _first_sentence(operation["description"])
            _describe_text_bodies(operation)
            _describe_downloads(operation)
            _describe_errors(operation)
            _require_version(operation)
            if AccessRole.ANONYMOUS not in permission.roles:
                operation["security"] = _SECURITY_REQUIREMENTS
    _describe_files(description)
    schemas = description["components"]["schemas"]
    for name in _FRAMEWORK_SCHEMAS:
        schemas.pop(name, None)
    add_examples(description)
    return description


def _first_sentence(description: str) -> str:
    """Return the first sentence of a description without its full stop, as a summary."""
    first, _, _ = " ".join(description.split()).partition(". ")
    return first.rstrip(".")


def _describe_text_bodies(operation: dict[str, Any]) -> None:
    """Keep only the text form of a body that can also be JSON; the JSON is described separately."""
    body = operation.get("requestBody", {}).get("content", {}).get("application/toml")
    if body is not None and "anyOf" in body["schema"]:
        body["schema"] = body["schema"]["anyOf"][0]


def _describe_downloads(operation: dict[str, Any]) -> None:
    """Describe responses that are files as text or bytes, and empty responses as null."""
    for status, answer in operation["responses"].items():
        for media_type, content in answer.get("content", {}).items():
            if int(status) >= HTTPStatus.BAD_REQUEST:
                continue
            if content.get("schema") == {}:
                content["schema"] = {"type": "null"}
            elif not {"schema", "itemSchema"} & content.keys():
                text = {} if media_type.startswith("text/") else {"format": "binary"}
                content["schema"] = {"type": "string", **text}


def _require_version(operation: dict[str, Any]) -> None:
    """Describe `If-Match` as required where a request without it is refused."""
    refused = str(HTTPStatus.PRECONDITION_REQUIRED.value) in operation["responses"]
    for parameter in operation.get("parameters", ()):
        if parameter["name"] == _VERSION_HEADER:
            parameter["required"] = refused
            parameter["schema"] = {"type": "string", "maxLength": 200}


def _describe_files(schema: Any) -> None:  # noqa: ANN401 - any JSON
    """Add `format: binary` to uploaded files, so that client generators recognise them."""
    if isinstance(schema, dict):
        if schema.get("contentMediaType") == "application/octet-stream":
            schema["format"] = "binary"
        schema = list(schema.values())
    if isinstance(schema, list):
        for one in schema:
            _describe_files(one)


def _describe_errors(operation: dict[str, Any]) -> None:
    answers: dict[str, Any] = operation["responses"]
    if "requestBody" in operation:
        for unread in (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE):
            answers.setdefault(str(unread.value), {})
    for status, answer in answers.items():
        if int(status) >= HTTPStatus.BAD_REQUEST:
            answer["content"] = _PROBLEM_CONTENT
            answer["description"] = HTTPStatus(int(status)).phrase
    operation["responses"] = dict(sorted(answers.items()))
