"""What all pages share: drawing a template, going on after a form, and reading what was typed."""

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
    """The deployment's own words."""
    services: Services = request.app.state.services
    return services.settings.deployment


def render_page(
    request: Request, template: str, status: int = HTTPStatus.OK, **values: object
) -> HTMLResponse:
    """The page `template` with `values` and what every frame shows."""
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
    """After a form has been taken: look at the page `address`."""
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)


async def form_fields(request: Request) -> dict[str, str]:
    """The text fields of the form that was sent; files are left out."""
    form = await request.form()
    return {field: text for field, text in form.items() if isinstance(text, str)}


FormFields = Annotated[dict[str, str], Depends(form_fields)]


def validate_form(
    model: type[Value], fields: Mapping[str, str], fallback_field: str
) -> tuple[Value | None, dict[str, str]]:
    """What a form says as a value, or by field why it cannot be one.

    A fault that belongs to no single field is told beside the field `fallback_field`.
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
    """What a form of buttons says as a value; only a form that is not ours can be wrong.

    Raises:
        UnusableInputError: it is wrong.
    """
    value, faults = validate_form(model, fields, fallback_field="form")
    if value is None:
        raise UnusableInputError(
            InputFault("form", 1, field, fault) for field, fault in faults.items()
        )
    return value


def non_empty_fields(entered: Mapping[str, str]) -> dict[str, str]:
    """The fields of a form in which something stands."""
    return {field: text for field, text in entered.items() if text.strip()}


def as_sentence(words: str) -> str:
    """What is wrong, as it stands beside a field."""
    return f"{words[:1].upper()}{words[1:]}."


def _fault_sentence(kind: str, message: str) -> str:
    if kind == "missing":
        return "Please choose one."
    return as_sentence(message.removeprefix("Value error, "))
