"""The page where the office changes the data of one person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from api.http.dependencies import ServicesDep, principal_of, services_for
from api.http.limits import LimitRule
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.principal import TokenScope
from api.http.versions import version_in_form
from api.overview.person_editor import facts, service
from api.overview.person_editor.service import KINDS, edited_columns
from api.overview.policy_editor.time_zones import time_zones
from api.web.rendering import (
    FormFields,
    redirect_after_post,
    render_page,
    without_description,
)
from coach.errors import ChangedSinceError, UnusableInputError
from coach.intake.columns import COLUMNS
from coach.texts.facts import Displayed

PERSON_EDITOR = APIRouter(prefix="/people/{person_id}/edit", include_in_schema=False)
_LONG = frozenset({"languages", "availability", "unavailable", "topics", "chain_of_command"})
_OTHER = ""


@PERSON_EDITOR.get("")
def show_person(person_id: str, request: Request, *, saved: bool = False) -> Response:
    """Show the data of a person in a form."""
    return _render(request, person_id, saved=saved)


@PERSON_EDITOR.post("")
def save_person(
    person_id: str, form_fields: FormFields, request: Request, services: ServicesDep
) -> Response:
    """Change the data, or show all faults, or show the changes made by somebody else since."""
    version = version_in_form(form_fields.get("version", ""))
    try:
        service.edit_person(
            services, person_id, form_fields, version=version, principal=principal_of(request)
        )
    except UnusableInputError as error:
        return _render(request, person_id, form_fields, faults=_by_field(error))
    except ChangedSinceError as error:
        return _render(request, person_id, form_fields, changed=error)
    return redirect_after_post(f"/people/{person_id}/edit?saved=true")


def _by_field(error: UnusableInputError) -> Mapping[str, Sequence[Displayed]]:
    faults: dict[str, list[Displayed]] = defaultdict(list)
    for fault in error.faults:
        column = fault.column if fault.column in facts.LABELS else _OTHER
        faults[column].append(without_description(fault.message))
    return faults


def _render(
    request: Request,
    person_id: str,
    entered: Mapping[str, str] | None = None,
    *,
    faults: Mapping[str, Sequence[Displayed]] | None = None,
    changed: ChangedSinceError | None = None,
    saved: bool = False,
) -> Response:
    principal = principal_of(request)
    person = service.read_person(services_for(request), person_id, principal)
    names = edited_columns(person.side, principal)
    columns = {column.name: column for column in COLUMNS[KINDS[person.side]]}
    texts, faults = {**person.cells, **(entered or {})}, faults or {}
    version = (entered or {}).get("version", "")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
    return render_page(
        request,
        "overview/person_editor/edit.html",
        HTTPStatus.CONFLICT if changed else status,
        person=person,
        version=version if faults and version.isdecimal() else person.version,
        labels=facts.LABELS,
        fields=[
            {
                "name": name,
                "label": facts.LABELS[name],
                "hint": facts.HINTS.get(name, columns[name].description),
                "options": [(one, facts.CHOICES.get(one, one)) for one in columns[name].allowed],
                "required": columns[name].required,
                "long": name in _LONG,
                "text": texts[name].replace("; ", "\n") if name in _LONG else texts[name],
                "faults": faults.get(name, ()),
            }
            for name in names
        ],
        summary=[
            (name, facts.LABELS.get(name, ""), message)
            for name in (*names, _OTHER)
            for message in faults.get(name, ())
        ],
        conflict=changed.shown if changed else "",
        differences=changed.differences if changed else (),
        saved=saved,
        time_zones=time_zones(),
    )


ROUTERS = (PERSON_EDITOR,)
PERMISSIONS: Permissions = {
    ("GET", "/people/{person_id}/edit"): Permission(
        MANAGER, audit_action="person opened", limits=LimitRule.COUNTRIES
    ),
    ("POST", "/people/{person_id}/edit"): Permission(
        MANAGER, scope=TokenScope.PEOPLE, limits=LimitRule.COUNTRIES
    ),
}
