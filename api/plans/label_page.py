"""The page where a manager changes the name and the comment of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from api.http import urls
from api.http.dependencies import ServicesDep, services_for
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.principal import TokenScope
from api.http.versions import version_in_form
from api.plans.label import PlanLabel, change_label, read_label
from api.plans.presenters import plan_line
from api.runs.rows import MAX_PLAN_NAME
from api.web.rendering import FormFields, redirect_after_post, render_page, validate_form
from coach.errors import ChangedSinceError
from coach.texts.facts import Displayed

LABEL_PAGES = APIRouter(prefix="/plans/{plan_id}/label", include_in_schema=False)


@LABEL_PAGES.get("")
def show_label(plan_id: str, request: Request) -> Response:
    """Show the name and the comment of a plan in a form."""
    return _render(request, plan_id)


@LABEL_PAGES.post("")
def save_label(
    plan_id: str, form_fields: FormFields, request: Request, services: ServicesDep
) -> Response:
    """Change the name and the comment, or show all faults, or show the changes made since."""
    label, faults = validate_form(PlanLabel, _texts(form_fields), fallback_field="name")
    if label is None:
        return _render(request, plan_id, form_fields, faults=faults)
    version = version_in_form(form_fields.get("version", ""))
    try:
        change_label(services, plan_id, label, version=version)
    except ChangedSinceError as error:
        return _render(request, plan_id, form_fields, changed=error)
    return redirect_after_post(urls.plan(plan_id))


def _texts(fields: Mapping[str, str]) -> dict[str, str]:
    comment = fields.get("comment", "").replace("\r\n", "\n")
    return {"name": fields.get("name", ""), "comment": comment}


def _render(
    request: Request,
    plan_id: str,
    entered: Mapping[str, str] | None = None,
    *,
    faults: Mapping[str, Displayed] | None = None,
    changed: ChangedSinceError | None = None,
) -> Response:
    stored = read_label(services_for(request), plan_id)
    version = str(stored.version) if entered is None or changed else entered.get("version", "")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
    return render_page(
        request,
        "plans/label.html",
        HTTPStatus.CONFLICT if changed else status,
        cycle=stored.cycle,
        plan=plan_line(stored.summary, ZoneInfo(stored.cycle.timezone)),
        version=version,
        entered=stored.label.model_dump() if entered is None else _texts(entered),
        faults=faults or {},
        longest_name=MAX_PLAN_NAME,
        conflict=changed.shown if changed else "",
        differences=changed.differences if changed else (),
    )


ROUTERS = (LABEL_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", "/plans/{plan_id}/label"): Permission(MANAGER),
    ("POST", "/plans/{plan_id}/label"): Permission(MANAGER, scope=TokenScope.RUN),
}
