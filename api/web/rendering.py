"""Helpers for pages: rendering templates, redirecting after forms, and validating forms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from http import HTTPStatus
from typing import Annotated, TypeVar

from annotated_types import MinLen
from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from api.http.middleware.compression import is_compressible
from api.http.principal import AccessRole, Principal
from api.organisation import Organisation
from api.services import Services
from api.texts.reader_language import request_renderer
from api.web import facts
from api.web.drafts import page_drafts
from api.web.templating import render
from coach.errors import InputFault, UnusableInputError
from coach.intake.facts import REQUIRED_CELL
from coach.texts.facts import Displayed, Fact
from coach.validation_errors import validation_fact

Value = TypeVar("Value", bound=BaseModel)
VERIFICATION_PREFIX = "verification."
"""The prefix of the fields that are added to a form if it is submitted before verification."""


def deployment_of(request: Request) -> Organisation:
    """Return the settings of the organisation that runs this deployment."""
    services: Services = request.app.state.services
    return services.settings.deployment


def site_name(request: Request) -> str:
    """Return the name of the programme, or the default name of the site if there is none."""
    name = deployment_of(request).programme_name
    return name or request_renderer(request).text(facts.PROGRAMME())


def render_page(
    request: Request, template: str, status: int = HTTPStatus.OK, **values: object
) -> HTMLResponse:
    """Render the page `template` with `values` and the variables that every layout uses.

    The title of a page with an error status or with `faults` begins with "Error:".
    """
    principal = getattr(request.state, "principal", None)
    services: Services = request.app.state.services
    context: dict[str, object] = {
        "programme": site_name(request),
        "signed_in": principal is not None and principal.user_id is not None,
        "is_manager": principal is not None and principal.role is AccessRole.MANAGER,
        "page_drafts": page_drafts(
            services.keyring, principal, is_compressible=is_compressible(request.scope)
        ),
        "is_returned": request.method == "POST",
        "device_id": None if principal is None else principal.device_id,
        "is_administrator": principal is not None and principal.is_administrator,
        "sees_all": principal is not None and sees_all(principal),
        "territories": (),
        "is_error": status >= HTTPStatus.BAD_REQUEST or bool(values.get("faults")),
    }
    return HTMLResponse(render(request_renderer(request), template, **(context | values)), status)


def sees_all(principal: Principal) -> bool:
    """Return whether a user's access is limited neither to cycles nor to countries."""
    return principal.limits is None or principal.limits.are_none


def redirect_after_post(address: str) -> RedirectResponse:
    """Return a redirect to `address` that the browser follows with a GET request."""
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)


async def all_form_fields(request: Request) -> dict[str, str]:
    """Return the text fields of the submitted form; uploaded files are omitted.

    The values of a field that occurs several times, such as the checkboxes of a grid, are joined
    with spaces.
    """
    form = await request.form()
    fields: dict[str, list[str]] = {}
    for field, text in form.multi_items():
        if isinstance(text, str):
            fields.setdefault(field, []).append(text)
    return {field: " ".join(texts) for field, texts in fields.items()}


async def form_fields(request: Request) -> dict[str, str]:
    """Return the text fields of the submitted form, except fields of the verification page."""
    fields = await all_form_fields(request)
    return {field: text for field, text in fields.items() if not is_verification_field(field)}


def is_verification_field(field: str) -> bool:
    """Return whether a field was added to a form by the page that verifies a person."""
    return field.startswith(VERIFICATION_PREFIX)


FormFields = Annotated[dict[str, str], Depends(form_fields)]


def validate_form(
    model: type[Value], fields: Mapping[str, object], fallback_field: str
) -> tuple[Value | None, dict[str, Displayed]]:
    """Validate a form: return the value, or `None` and an error message for each invalid field.

    A fault that does not belong to a single field is reported under `fallback_field`.
    """
    try:
        return model.model_validate(fields), {}
    except ValidationError as error:
        return None, {
            ".".join(map(str, one["loc"])) or fallback_field: _fault_fact(model, one)
            for one in error.errors(include_url=False, include_input=False)
        }


def parse_form(model: type[Value], fields: Mapping[str, object]) -> Value:
    """Validate a form whose faults are not shown next to its fields.

    Raises:
        UnusableInputError: the form is invalid.
    """
    value, faults = validate_form(model, fields, fallback_field="form")
    if value is None:
        raise UnusableInputError(
            InputFault("form", 1, field, fault) for field, fault in faults.items()
        )
    return value


def non_empty_fields(entered: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of a form that are not empty."""
    return {field: text for field, text in entered.items() if text.strip()}


def _fault_fact(model: type[BaseModel], detail: ErrorDetails) -> Displayed:
    """Return the message about an invalid or missing field of a form."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "missing":
        return _missing_fact(model.model_fields.get(str(detail["loc"][0])))
    if kind == "string_too_short" and context["min_length"] == 1:
        return facts.FILL_IN()
    if kind == "too_short":
        return facts.NEEDS_AT_LEAST(count=context["min_length"])
    return validation_fact(detail)


def without_description(fault: Displayed) -> Displayed:
    """Return the fault without its column's description, which the page shows beside the field."""
    is_empty = isinstance(fault, Fact) and fault.code == REQUIRED_CELL.code
    return facts.FILL_IN() if is_empty else fault


def _missing_fact(field: FieldInfo | None) -> Displayed:
    annotation = None if field is None else field.annotation
    if annotation is date:
        return facts.ENTER_DATE()
    if annotation in (str, int):
        return facts.FILL_IN()
    limits = () if field is None else field.metadata
    at_least = next((one.min_length for one in limits if isinstance(one, MinLen)), 0)
    return facts.NEEDS_AT_LEAST(count=at_least) if at_least else facts.CHOOSE_ONE()
