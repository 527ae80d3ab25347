"""Rendering of pages, redirects after forms, and validation of form fields."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ValidationError

from api.http.principal import AccessRole
from api.organisation import Organisation
from api.services import Services
from api.web.templating import render
from coach.errors import InputFault, UnusableInputError

Value = TypeVar("Value", bound=BaseModel)


def deployment_of(request: Request) -> Organisation:
    """The settings of the organisation that runs this server."""
    services: Services = request.app.state.services
    return services.settings.deployment


def render_page(
    request: Request, template: str, status: int = HTTPStatus.OK, **values: object
) -> HTMLResponse:
    """The page of `template` with `values`, and the values that all pages need."""
    deployment = deployment_of(request)
    principal = getattr(request.state, "principal", None)
    context: dict[str, object] = {
        "programme": deployment.programme_name or "Coaching scheduler",
        "signed_in": principal is not None and principal.user_id is not None,
        "is_manager": principal is not None and principal.role is AccessRole.MANAGER,
        "footnotes": (),
    }
    return HTMLResponse(render(template, **(context | values)), status)


def redirect_after_post(address: str) -> RedirectResponse:
    """A redirect to the page `address` after a form was accepted."""
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)


async def form_fields(request: Request) -> dict[str, str]:
    """The text fields of a form, without files."""
    form = await request.form()
    return {field: text for field, text in form.items() if isinstance(text, str)}


FormFields = Annotated[dict[str, str], Depends(form_fields)]


def validate_form(
    model: type[Value], fields: Mapping[str, str], fallback_field: str
) -> tuple[Value | None, dict[str, str]]:
    """The validated value of a form, or the fault of each field.

    A fault that belongs to no single field is assigned to `fallback_field`.
    """
    try:
        return model.model_validate(fields), {}
    except ValidationError as error:
        return None, {
            ".".join(map(str, one["loc"])) or fallback_field: _fault_sentence(
                one["type"], one["msg"]
            )
            for one in error.errors(include_url=False, include_input=False)
        }


def parse_form(model: type[Value], fields: Mapping[str, str]) -> Value:
    """The validated value of a form whose faults are not shown beside its fields.

    Raises:
        UnusableInputError: with the fault of each field.
    """
    value, faults = validate_form(model, fields, fallback_field="form")
    if value is None:
        raise UnusableInputError(
            InputFault("form", 1, field, fault) for field, fault in faults.items()
        )
    return value


def non_empty_fields(entered: Mapping[str, str]) -> dict[str, str]:
    """The fields of a form that are not blank."""
    return {field: text for field, text in entered.items() if text.strip()}


def as_sentence(words: str) -> str:
    """A fault as a sentence, to show beside a field."""
    return f"{words[:1].upper()}{words[1:]}."


def _fault_sentence(kind: str, message: str) -> str:
    if kind == "missing":
        return "Please choose one."
    return as_sentence(message.removeprefix("Value error, "))
