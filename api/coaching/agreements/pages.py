"""Pages for a person's agreements and the fit question."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response

from api.coaching.agreements import fit, labels, service
from api.coaching.agreements.fit import FitInput
from api.coaching.agreements.focus import focus_choices, focus_titles
from api.coaching.agreements.form import FIELDS, AgreementForm, read_form
from api.coaching.agreements.pair_request import PairRequest, PairRequestDep
from api.coaching.agreements.presenters import agreement_display
from api.coaching.agreements.service import AgreementDecision
from api.http.permissions import PERSON, Permission, Permissions
from api.web import facts as web_facts
from api.web.rendering import (
    FormFields,
    parse_form,
    redirect_after_post,
    render_page,
    validate_form,
)
from api.web.shown_forms import FormState, Refused, shown_form, submitted
from coach.errors import ConflictError, UnusableInputError
from coach.texts.facts import Displayed

AGREEMENT_PAGES = APIRouter(prefix="/p/{link}/coaching/{other_id}", include_in_schema=False)


@AGREEMENT_PAGES.get("/agreement")
def show_agreement(pair: PairRequestDep) -> Response:
    """Show the agreement and any text that is not yet agreed, with the available actions."""
    return _render_agreement(pair)


@AGREEMENT_PAGES.get("/agreement/change")
def show_form(pair: PairRequestDep) -> Response:
    """Show the form of the agreement."""
    return _render_form(pair)


@AGREEMENT_PAGES.post("/agreement")
def save_agreement(pair: PairRequestDep, form_fields: FormFields) -> Response:
    """Store the text and show it for review, or show the form again with its faults."""
    entered = submitted(form_fields, FIELDS)
    fields = {**form_fields, "seen": entered.version}
    given, faults = validate_form(AgreementForm, fields, "purpose")
    if given is None:
        return _render_form(pair, Refused(entered, faults))
    try:
        service.write_agreement(pair.services, pair.principal, pair.other_id, given.input)
    except ConflictError as error:
        return _render_form(pair, Refused(entered, error=error))
    except UnusableInputError as error:
        return _render_form(pair, Refused(entered, error.by_column))
    return redirect_after_post(f"{pair.address}/agreement")


@AGREEMENT_PAGES.post("/agreement/decision")
def decide(pair: PairRequestDep, form_fields: FormFields) -> Response:
    """Propose the text, agree to it, keep the agreed text, or record that the pair has finished."""
    decision = parse_form(AgreementDecision, form_fields)
    try:
        service.decide_agreement(pair.services, pair.principal, pair.other_id, decision)
    except ConflictError as error:
        return _render_agreement(pair, error.shown)
    return redirect_after_post(f"{pair.address}/agreement")


@AGREEMENT_PAGES.get("/fit")
def show_fit(pair: PairRequestDep) -> Response:
    """Show the fit question, with the person's own answer."""
    return _render_fit(pair)


@AGREEMENT_PAGES.post("/fit")
def answer_fit(pair: PairRequestDep, form_fields: FormFields) -> Response:
    """Store the answer, or show why it was refused."""
    given, faults = validate_form(FitInput, form_fields, "fit")
    if given is None:
        return _render_fit(pair, faults)
    try:
        fit.answer_fit(pair.services, pair.principal, pair.other_id, given)
    except ConflictError as error:
        return _render_fit(pair, {"": error.shown})
    return redirect_after_post(f"{pair.address}/fit?saved=true")


def _render_agreement(pair: PairRequest, conflict: Displayed = "") -> Response:
    agreement = service.read_agreement(pair.services, pair.principal, pair.other_id)
    zone = ZoneInfo(agreement.timezone)
    return render_page(
        pair.request,
        "coaching/agreement.html",
        HTTPStatus.CONFLICT if conflict else HTTPStatus.OK,
        **pair.layout,
        agreement=agreement,
        shown=agreement_display(agreement, focus_titles(pair.services), zone),
        conflict=conflict,
    )


def _render_form(pair: PairRequest, refused: Refused | None = None) -> Response:
    defaults = read_form(pair.services, pair.principal, pair.other_id)
    modules, stored = focus_choices(pair.services), defaults.entered
    languages = labels.language_options(defaults.languages)
    titles = [modules.get(code, code) for code in stored["focus"].split()]
    words = labels.terms_words(languages) | {
        "focus": {stored["focus"]: web_facts.LISTED(items=titles)}
    }
    form = shown_form(FormState(stored, defaults.agreement.version), refused, words)
    return render_page(
        pair.request,
        "coaching/agreement_form.html",
        form.status,
        **pair.layout,
        **form.context,
        agreement=defaults.agreement,
        modules=modules,
        chosen=set(form.texts["focus"].split()),
        modes=labels.MODE_OPTIONS,
        languages=languages,
        contacts=labels.CONTACT_OPTIONS,
        delegates=labels.DELEGATES_OPTIONS,
    )


def _render_fit(pair: PairRequest, faults: Mapping[str, Displayed] | None = None) -> Response:
    found = fit.read_fit(pair.services, pair.principal, pair.other_id)
    return render_page(
        pair.request,
        "coaching/fit.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        **pair.layout,
        name=found.other,
        answer=found,
        options=labels.FIT_OPTIONS,
        entered={"fit": found.fit or ""},
        saved="saved" in pair.request.query_params,
        faults=faults or {},
    )


ROUTERS = (AGREEMENT_PAGES,)
_OWN = Permission(PERSON, own_only=True, requires_verification=True)
_PAIR = "/p/{link}/coaching/{other_id}"
PERMISSIONS: Permissions = {
    ("GET", f"{_PAIR}/agreement"): _OWN,
    ("POST", f"{_PAIR}/agreement"): _OWN,
    ("GET", f"{_PAIR}/agreement/change"): _OWN,
    ("POST", f"{_PAIR}/agreement/decision"): _OWN,
    ("GET", f"{_PAIR}/fit"): _OWN,
    ("POST", f"{_PAIR}/fit"): _OWN,
}
