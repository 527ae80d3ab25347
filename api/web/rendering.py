"""What all pages share: drawing a template, going on after a form, and reading what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ValidationError

from api.http.principal import AccessRole
from api.organisation import Deployment
from api.services import Services
from api.web.templating import render
from coach.errors import InputFault, UnusableInputError

Value = TypeVar("Value", bound=BaseModel)


def deployment_of(request: Request) -> Deployment:
    """The deployment's own words."""
    services: Services = request.app.state.services
    return services.settings.deployment


def page(
    request: Request, template: str, status: int = HTTPStatus.OK, **values: object
) -> HTMLResponse:
    """The page `template` with `values` and what every frame shows."""
    deployment = deployment_of(request)
    viewer = getattr(request.state, "viewer", None)
    frame: dict[str, object] = {
        "programme": deployment.programme_name or "Coaching scheduler",
        "signed_in": viewer is not None and viewer.user_id is not None,
        "is_manager": viewer is not None and viewer.role is AccessRole.MANAGER,
        "footnotes": (),
    }
    return HTMLResponse(render(template, **(frame | values)), status)


def go_on(address: str) -> RedirectResponse:
    """After a form has been taken: look at the page `address`."""
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)


async def typed(request: Request) -> dict[str, str]:
    """The text fields of the form that was sent; files are left out."""
    form = await request.form()
    return {field: text for field, text in form.items() if isinstance(text, str)}


Typed = Annotated[dict[str, str], Depends(typed)]


def checked(
    model: type[Value], said: Mapping[str, str], whole: str
) -> tuple[Value | None, dict[str, str]]:
    """What a form says as a value, or by field why it cannot be one.

    A fault that belongs to no single field is told beside the field `whole`.
    """
    try:
        return model.model_validate(said), {}
    except ValidationError as error:
        return None, {
            ".".join(map(str, one["loc"])) or whole: _sentence(one["type"], one["msg"])
            for one in error.errors(include_url=False, include_input=False)
        }


def taken(model: type[Value], said: Mapping[str, str]) -> Value:
    """What a form of buttons says as a value; only a form that is not ours can be wrong.

    Raises:
        UnusableInputError: it is wrong.
    """
    value, faults = checked(model, said, whole="form")
    if value is None:
        raise UnusableInputError(
            InputFault("form", 1, field, fault) for field, fault in faults.items()
        )
    return value


def filled(entered: Mapping[str, str]) -> dict[str, str]:
    """The fields of a form in which something stands."""
    return {field: text for field, text in entered.items() if text.strip()}


def sentence(words: str) -> str:
    """What is wrong, as it stands beside a field."""
    return f"{words[:1].upper()}{words[1:]}."


def _sentence(kind: str, message: str) -> str:
    if kind == "missing":
        return "Please choose one."
    return sentence(message.removeprefix("Value error, "))
