"""Pages for a pair's commitments."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import APIRouter, Response

from api.coaching.agreements.pair_request import PairRequest, PairRequestDep
from api.coaching.goals import commitments, labels
from api.coaching.goals.commitments import SharingInput
from api.coaching.goals.forms import (
    COMMITMENT_FIELDS,
    STEP_FIELDS,
    CommitmentForm,
    CommitmentStepForm,
    SharingForm,
    commitment_fields,
)
from api.coaching.goals.presenters import commitment_display
from api.http.permissions import COACHEE, PERSON, Permission, Permissions
from api.web.rendering import (
    FormFields,
    non_empty_fields,
    parse_form,
    redirect_after_post,
    render_page,
    validate_form,
)
from api.web.shown_forms import FormState, Refused, shown_form, shown_step, submitted
from coach.commitments import Evidence
from coach.errors import ConflictError
from coach.goals import NapPillar
from coach.texts.facts import Displayed

COMMITMENT_PAGES = APIRouter(
    prefix="/p/{link}/coaching/{other_id}/commitments", include_in_schema=False
)
_EMPTY = dict.fromkeys(COMMITMENT_FIELDS, "") | {"nap_pillar": NapPillar.NONE.value}
_EVIDENCE_FIELDS = ("kind", "reference", "day")
Faults = Mapping[str, Displayed]


@COMMITMENT_PAGES.get("")
def show_commitments(pair: PairRequestDep) -> Response:
    """Show the pair's commitments, sorted by due date."""
    found = commitments.read_commitments(pair.services, pair.principal, pair.other_id)
    return render_page(
        pair.request,
        "coaching/commitments.html",
        HTTPStatus.OK,
        **pair.layout,
        found=found,
        commitments=[commitment_display(one) for one in found.commitments],
    )


@COMMITMENT_PAGES.get("/new")
def show_new_commitment(pair: PairRequestDep) -> Response:
    """Show the form for a new commitment."""
    return _render_form(pair, None)


@COMMITMENT_PAGES.post("")
def add_commitment(pair: PairRequestDep, form_fields: FormFields) -> Response:
    """Store a new commitment, and show it."""
    entered = submitted(form_fields, COMMITMENT_FIELDS)
    given, faults = validate_form(CommitmentForm, form_fields, "")
    if given is None:
        return _render_form(pair, None, Refused(entered, faults))
    try:
        added = commitments.add_commitment(
            pair.services, pair.principal, pair.other_id, given.commitment
        )
    except ConflictError as error:
        return _render_form(pair, None, Refused(entered, error=error))
    return redirect_after_post(f"{pair.address}/commitments/{added.id}")


@COMMITMENT_PAGES.get("/{commitment_id}")
def show_commitment(commitment_id: str, pair: PairRequestDep) -> Response:
    """Show one commitment, and the available actions."""
    return _render_commitment(pair, commitment_id)


@COMMITMENT_PAGES.get("/{commitment_id}/change")
def show_form(commitment_id: str, pair: PairRequestDep) -> Response:
    """Show the form for changing a commitment."""
    return _render_form(pair, commitment_id)


@COMMITMENT_PAGES.post("/{commitment_id}/change")
def change_commitment(
    commitment_id: str, pair: PairRequestDep, form_fields: FormFields
) -> Response:
    """Store a changed commitment."""
    entered = submitted(form_fields, COMMITMENT_FIELDS)
    given, faults = validate_form(CommitmentForm, {**form_fields, "seen": entered.version}, "")
    if given is None:
        return _render_form(pair, commitment_id, Refused(entered, faults))
    try:
        commitments.change_commitment(
            pair.services, pair.principal, pair.other_id, commitment_id, given.input
        )
    except ConflictError as error:
        return _render_form(pair, commitment_id, Refused(entered, error=error))
    return redirect_after_post(f"{pair.address}/commitments/{commitment_id}")


@COMMITMENT_PAGES.post("/{commitment_id}/step")
def step_commitment(commitment_id: str, pair: PairRequestDep, form_fields: FormFields) -> Response:
    """Commit to, start, finish, reopen, drop, hand over or carry over a commitment."""
    entered = submitted(form_fields, STEP_FIELDS)
    fields = non_empty_fields(form_fields) | {"seen": str(entered.version)}
    given, faults = validate_form(CommitmentStepForm, fields, "")
    if given is None:
        return _render_commitment(pair, commitment_id, step=Refused(entered, faults))
    try:
        commitments.step_commitment(
            pair.services, pair.principal, pair.other_id, commitment_id, given.step
        )
    except ConflictError as error:
        return _render_commitment(pair, commitment_id, step=Refused(entered, error=error))
    return redirect_after_post(f"{pair.address}/commitments/{commitment_id}")


@COMMITMENT_PAGES.post("/{commitment_id}/evidence")
def add_evidence(commitment_id: str, pair: PairRequestDep, form_fields: FormFields) -> Response:
    """Add a reference to a document."""
    given, faults = validate_form(Evidence, form_fields, "reference")
    if given is None:
        return _render_commitment(pair, commitment_id, "", faults, form_fields)
    try:
        commitments.add_evidence(pair.services, pair.principal, pair.other_id, commitment_id, given)
    except ConflictError as error:
        return _render_commitment(pair, commitment_id, error.shown)
    return redirect_after_post(f"{pair.address}/commitments/{commitment_id}#evidence")


@COMMITMENT_PAGES.post("/{commitment_id}/sharing")
def share_title(commitment_id: str, pair: PairRequestDep, form_fields: FormFields) -> Response:
    """Store whether the programme office may see the title."""
    given = parse_form(SharingForm, form_fields)
    try:
        commitments.share_title(
            pair.services,
            pair.principal,
            pair.other_id,
            commitment_id,
            SharingInput(title_shared=given.title_shared),
        )
    except ConflictError as error:
        return _render_commitment(pair, commitment_id, error.shown)
    return redirect_after_post(f"{pair.address}/commitments/{commitment_id}")


def _render_commitment(
    pair: PairRequest,
    commitment_id: str,
    conflict: Displayed = "",
    faults: Faults | None = None,
    form_fields: Mapping[str, str] | None = None,
    *,
    step: Refused | None = None,
) -> Response:
    found = commitments.read_commitments(pair.services, pair.principal, pair.other_id)
    one = found.commitment(commitment_id)
    status = step.status if step else HTTPStatus.CONFLICT if conflict else HTTPStatus.OK
    return render_page(
        pair.request,
        "coaching/commitment.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if faults else status,
        **pair.layout,
        found=found,
        commitment=commitment_display(one),
        proofs=labels.PROOF_OPTIONS,
        reasons=labels.DROP_OPTIONS,
        entered={name: (form_fields or {}).get(name, "") for name in _EVIDENCE_FIELDS},
        faults=faults or {},
        conflict=step.shown if step else conflict,
        step=shown_step(one.version, step),
    )


def _render_form(
    pair: PairRequest,
    commitment_id: str | None,
    refused: Refused | None = None,
) -> Response:
    found = commitments.read_commitments(pair.services, pair.principal, pair.other_id)
    one = None if commitment_id is None else found.commitment(commitment_id)
    stored = FormState(_EMPTY, 0)
    if one is not None:
        stored = FormState(commitment_fields(one), one.version)
    form = shown_form(stored, refused, labels.GOAL_WORDS)
    page = f"{pair.address}/commitments"
    return render_page(
        pair.request,
        "coaching/commitment_form.html",
        form.status,
        **pair.layout,
        **form.context,
        found=found,
        action=page if one is None else f"{page}/{one.id}/change",
        areas=labels.AREA_OPTIONS,
        pillars=labels.PILLAR_OPTIONS,
    )


ROUTERS = (COMMITMENT_PAGES,)
_OWN = Permission(PERSON, own_only=True, requires_verification=True)
_PAGE = "/p/{link}/coaching/{other_id}/commitments"
_ONE = f"{_PAGE}/{{commitment_id}}"
PERMISSIONS: Permissions = {
    ("GET", _PAGE): _OWN,
    ("POST", _PAGE): _OWN,
    ("GET", f"{_PAGE}/new"): _OWN,
    ("GET", _ONE): _OWN,
    ("GET", f"{_ONE}/change"): _OWN,
    ("POST", f"{_ONE}/change"): _OWN,
    ("POST", f"{_ONE}/step"): _OWN,
    ("POST", f"{_ONE}/evidence"): _OWN,
    ("POST", f"{_ONE}/sharing"): Permission(COACHEE, own_only=True, requires_verification=True),
}
