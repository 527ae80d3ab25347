"""The OpenAPI document of the API."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI

from api.http.permissions import Permission
from api.http.principal import AccessRole
from api.http.problem_details import MEDIA_TYPE

API_DESCRIPTION = """\
Matches coachees with coaches and timetables their sessions jointly.

A **cycle** begins with a cycle file; its **people** are taken in as two lists. A **run** makes a
draft **plan**, and publishing that puts **invitations** into the outbox. People **reply** through
their secret link; coaches submit the shared **record** and their own **note** of each session,
coachees their **feedback**.

Managers send a bearer token that they made at `POST /api/v1/me/credentials`; people send the
secret of their link the same way. Every refusal is a problem document of RFC 9457 that says what,
where, and what to do.
"""
TAGS = [
    {"name": "cycles", "description": "A run of the programme, and its policy."},
    {"name": "people", "description": "Coachees and coaches, taken in as whole lists."},
    {"name": "runs", "description": "The engine at work: queued, followed, cancelled."},
    {"name": "plans", "description": "What runs made: drafts, and the one published."},
    {"name": "questions", "description": "What has to be solved again to be told of a plan."},
    {"name": "schedule", "description": "Published sessions with their replies."},
    {"name": "invitations", "description": "Calendar objects and mails."},
    {"name": "sessions", "description": "One session, for its two people."},
    {"name": "records and notes", "description": "What a coach says of a session."},
    {"name": "feedback", "description": "What a coachee says of a session."},
    {"name": "me", "description": "Who you are, and your credentials."},
    {"name": "audit", "description": "Who did what when, verifiable."},
    {"name": "reference", "description": "Rules, forms, kinds of problems."},
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
        "description": "Of a signed-in browser; `__Host-gender-coach` over https.",
    },
}
_SECURITY_REQUIREMENTS: list[dict[str, list[str]]] = [{"token": []}, {"browser": []}]
_FRAMEWORK_SCHEMAS = ("HTTPValidationError", "ValidationError")


def openapi_document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document; every error response is described as a problem document."""
    description: dict[str, Any] = app.openapi()
    description["components"]["securitySchemes"] = _SECURITY_SCHEMES
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            permission: Permission = app.state.permissions[method.upper(), path]
            _describe_errors(operation)
            if AccessRole.ANONYMOUS not in permission.roles:
                operation["security"] = _SECURITY_REQUIREMENTS
    for name in _FRAMEWORK_SCHEMAS:
        description["components"]["schemas"].pop(name, None)
    return description


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
