"""The page where a cycle's policy is edited, with the consequences next to the rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from api.cycles.rules_pages import rule_paragraphs
from api.http import urls
from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.versions import version_in_form
from api.overview.policy_editor import count_lines, editing
from api.overview.policy_editor.editing import CheckedPolicy, StoredPolicy
from api.overview.policy_editor.keys import GROUPS, KEYS, KeyGroup
from api.overview.policy_editor.presenters import (
    OTHER,
    Faults,
    entered_of,
    faults_by_field,
    present_field,
    summary_of,
)
from api.overview.policy_editor.time_zones import time_zones
from api.services import Services
from api.texts.reader_language import request_renderer
from api.web.rendering import FormFields, redirect_after_post, render_page
from coach.errors import ChangedSinceError, ConflictError, Difference, UnusableInputError
from coach.texts.facts import Displayed

POLICY_EDITOR = APIRouter(prefix="/cycles/{cycle_id}/policy", include_in_schema=False)
_VERSION, _QUICK = "version", "quick"


@dataclass(frozen=True, slots=True)
class _Shown:
    """The content of the page in addition to the stored policy.

    If somebody else has changed the policy, `differs` lists the fields whose stored values differ
    from those entered. `conflict` states why nothing was stored or checked. `unusable` states why
    the stored policy cannot be edited on this page at all.
    """

    entered: Mapping[str, str]
    faults: Faults
    checked: CheckedPolicy | None = None
    conflict: Displayed = ""
    unusable: Displayed = ""
    differs: tuple[Difference, ...] = ()
    version: int | None = None
    is_check: bool = False
    saved: str = ""


@POLICY_EDITOR.get("/edit")
def show_editor(
    cycle_id: str, request: Request, services: ServicesDep, *, saved: str = ""
) -> Response:
    """Show every key with its explanation, default and value, and how many pairs remain."""
    stored = editing.read_stored(services, cycle_id)
    entered = entered_of(stored.policy)
    found = _check(services, cycle_id, entered, quick=True)
    shown = _Shown(entered, {}, found.checked, unusable=found.conflict, saved=saved)
    return _render(request, stored, shown)


@POLICY_EDITOR.post("/check")
def check(
    cycle_id: str, form_fields: FormFields, request: Request, services: ServicesDep
) -> Response:
    """Show the effect of the change, without storing it."""
    shown = _check(services, cycle_id, form_fields, quick=form_fields.get(_QUICK) == "true")
    return _render(request, editing.read_stored(services, cycle_id), shown)


@POLICY_EDITOR.post("/edit")
def save(
    cycle_id: str, form_fields: FormFields, request: Request, services: ServicesDep
) -> Response:
    """Replace the policy, or show all faults, or show the changes made by somebody else."""
    version = version_in_form(form_fields.get(_VERSION, ""))
    try:
        saved = editing.save_fields(services, cycle_id, form_fields, version)
    except UnusableInputError as error:
        shown = _Shown(form_fields, faults_by_field(error.faults), version=version)
    except ChangedSinceError as error:
        shown = _Shown(form_fields, {}, conflict=error.shown, differs=error.differences)
    except ConflictError as error:
        shown = _Shown(form_fields, {}, conflict=error.shown, version=version)
    else:
        need = "run" if saved.needs_run else "now"
        need = need if saved.differences else "nothing"
        return redirect_after_post(f"{urls.policy_editor(cycle_id)}?saved={need}")
    return _render(request, editing.read_stored(services, cycle_id), shown)


def _check(services: Services, cycle_id: str, entered: Mapping[str, str], *, quick: bool) -> _Shown:
    version = version_in_form(entered[_VERSION]) if _VERSION in entered else None
    shown = _Shown(entered, {}, version=version, is_check=True)
    try:
        checked = editing.check_fields(services, cycle_id, entered, schedule=not quick)
    except UnusableInputError as error:
        return _Shown(entered, faults_by_field(error.faults), version=version, is_check=True)
    except ConflictError as error:
        return _Shown(entered, {}, conflict=error.shown, version=version, is_check=True)
    return _Shown(shown.entered, {}, checked, version=version, is_check=True)


def _render(request: Request, stored: StoredPolicy, shown: _Shown) -> Response:
    counts = shown.checked.counts if shown.checked else None
    labels: dict[str, Displayed] = {key: one.label for key, one in KEYS.items()}
    status = HTTPStatus.CONFLICT if shown.conflict and not shown.is_check else HTTPStatus.OK
    texts = request_renderer(request)
    return render_page(
        request,
        "overview/policy_editor/edit.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if shown.faults else status,
        cycle=stored.cycle,
        version=stored.version if shown.version is None else shown.version,
        groups=[
            (
                group,
                rule_paragraphs(group.rule, texts) if group.rule else (),
                [present_field(key, shown.entered, shown.faults) for key in group.keys],
                _lines(group, shown),
            )
            for group in GROUPS
        ],
        all_lines=count_lines.all_lines(
            counts, faulty=bool(shown.faults or shown.conflict or shown.unusable)
        ),
        coachees_without=bool(counts and counts.coachees_without),
        summary=summary_of(shown.faults, labels),
        others=shown.faults.get(OTHER, ()),
        conflict=shown.conflict,
        unusable=shown.unusable,
        differences=shown.differs,
        changes=shown.checked.differences if shown.checked and shown.is_check else (),
        labels=labels,
        needs_run=bool(shown.checked and shown.checked.needs_run),
        is_check=shown.is_check and not shown.faults and not shown.conflict,
        saved=shown.saved,
        time_zones=time_zones(),
    )


def _lines(group: KeyGroup, shown: _Shown) -> object:
    counts = shown.checked.counts if shown.checked else None
    if group.rule:
        return count_lines.rule_lines(group.rule, counts)
    return count_lines.schedule_lines(counts) if group.id == "sessions" else []


ROUTERS = (POLICY_EDITOR,)
PERMISSIONS: Permissions = {
    ("GET", "/cycles/{cycle_id}/policy/edit"): Permission(MANAGER),
    ("POST", "/cycles/{cycle_id}/policy/edit"): Permission(MANAGER),
    ("POST", "/cycles/{cycle_id}/policy/check"): Permission(MANAGER),
}
