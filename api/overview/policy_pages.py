"""The page where a cycle file is viewed, edited and downloaded."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from api.http import urls
from api.http.dependencies import ServicesDep, services_for
from api.http.permissions import MANAGER, Permission, Permissions
from api.overview import cycles
from api.overview.cycles import PolicyText
from api.web.rendering import FormFields, parse_form, redirect_after_post, render_page
from coach.errors import ChangedSinceError, InputFault, UnusableInputError

POLICY_PAGES = APIRouter(prefix="/cycles/{cycle_id}/policy", include_in_schema=False)


@POLICY_PAGES.get("/text")
def show_cycle_file(cycle_id: str, request: Request) -> Response:
    """Show the text of the cycle file in a form."""
    return _render(request, cycle_id)


@POLICY_PAGES.post("/text")
def edit_cycle_file(
    cycle_id: str, form_fields: FormFields, request: Request, services: ServicesDep
) -> Response:
    """Replace the policy with the edited text, or show all its faults."""
    edited = parse_form(PolicyText, form_fields)
    try:
        cycles.edit_policy(services, cycle_id, edited)
    except UnusableInputError as error:
        return _render(request, cycle_id, edited, faults=error.faults)
    except ChangedSinceError as error:
        return render_changed_since(request, cycle_id, edited.text, error)
    return redirect_after_post(f"{urls.cycle(cycle_id)}#policy")


def render_changed_since(
    request: Request, cycle_id: str, text: str, error: ChangedSinceError
) -> Response:
    """Show how the stored policy differs from `text`, with a form for editing and saving `text`."""
    return _render(request, cycle_id, PolicyText(text=text, version=0), changed=error)


def _render(
    request: Request,
    cycle_id: str,
    edited: PolicyText | None = None,
    *,
    faults: Sequence[InputFault] = (),
    changed: ChangedSinceError | None = None,
) -> Response:
    stored = cycles.read_cycle_file(services_for(request), cycle_id)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
    return render_page(
        request,
        "overview/cycle_file.html",
        HTTPStatus.CONFLICT if changed else status,
        cycle=stored.cycle,
        text=stored.text if edited is None else edited.text,
        version=stored.version if edited is None or changed else edited.version,
        file_url=urls.cycle_file(cycle_id),
        faults=faults,
        conflict=changed.shown if changed else "",
        differences=changed.differences if changed else (),
    )


ROUTERS = (POLICY_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", "/cycles/{cycle_id}/policy/text"): Permission(MANAGER),
    ("POST", "/cycles/{cycle_id}/policy/text"): Permission(MANAGER),
}
