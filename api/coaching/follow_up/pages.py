"""Pages where people answer their follow-ups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response

from api.coaching.agreements.pair_request import LinkRequest
from api.coaching.follow_up import answers
from api.coaching.follow_up.forms import AnswerForm, OutcomeForm, by_field, rating_field
from api.coaching.follow_up.presenters import (
    commitment_form,
    follow_up_line,
    goal_form,
    question_form,
)
from api.coaching.goals.labels import DROP_OPTIONS, LEVEL_OPTIONS, PROOF_OPTIONS
from api.coaching.instruments.fields import by_field as questions_by_field
from api.coaching.instruments.fields import entered_answers
from api.consent.alumni import answer_alumni, read_alumni
from api.consent.service import PublicityAnswer
from api.http import urls
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import ASKED_LATER, Permission, Permissions
from api.participants.rows import Side
from api.personal_links.first_page import first_page
from api.web.date_formats import format_date, format_local_date
from api.web.rendering import (
    FormFields,
    parse_form,
    redirect_after_post,
    render_page,
    validate_form,
)
from coach.errors import ConflictError, UnusableInputError
from coach.texts.facts import Displayed

FOLLOW_UP_PAGES = APIRouter(prefix="/p/{link}/follow-up", include_in_schema=False)
FOLLOW_UP_FORMS = APIRouter(prefix="/p/{link}/follow-up/{follow_up_id}", include_in_schema=False)
Faults = Mapping[str, Displayed]
_AGAIN = {True: "true", False: "false", None: ""}


@FOLLOW_UP_PAGES.get("")
def show_follow_ups(
    link: str, request: Request, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Show all follow-ups of the person, and whether they have agreed to stay in touch."""
    own = answers.read_follow_ups(services, principal)
    alumni = read_alumni(services, principal) if own.side is Side.COACHEE else None
    zone = ZoneInfo(own.timezone)
    return render_page(
        request,
        "coaching/follow_up/follow_ups.html",
        home=first_page(link, principal),
        here=urls.person_follow_ups(link),
        lines=[follow_up_line(one, zone) for one in own.follow_ups],
        can_refuse=any(one.is_pending for one in own.follow_ups),
        alumni=alumni,
        alumni_since=alumni and format_local_date(alumni.given_at, zone),
    )


@FOLLOW_UP_PAGES.post("/stop")
def stop_asking(link: str, services: ServicesDep, principal: PrincipalDep) -> Response:
    """End all unanswered follow-ups."""
    answers.stop_asking(services, principal)
    return redirect_after_post(urls.person_follow_ups(link))


@FOLLOW_UP_PAGES.post("/alumni")
def answer_to_stay(
    link: str, form_fields: FormFields, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Store or withdraw the consent to stay in touch."""
    answer_alumni(services, principal, parse_form(PublicityAnswer, form_fields))
    return redirect_after_post(f"{urls.person_follow_ups(link)}#alumni")


@dataclass(frozen=True, slots=True)
class FormRequest(LinkRequest):
    """A request for a follow-up's form."""

    follow_up_id: str

    @property
    def address(self) -> str:
        """The URL of the form."""
        return urls.person_follow_up(self.link, self.follow_up_id)


FormRequestDep = Annotated[FormRequest, Depends()]


@FOLLOW_UP_FORMS.get("")
def show_form(asked: FormRequestDep) -> Response:
    """Show the form for one follow-up, and record when it is first opened."""
    answers.mark_opened(asked.services, asked.principal, asked.follow_up_id)
    return _render(asked)


@FOLLOW_UP_FORMS.post("")
def answer(asked: FormRequestDep, form_fields: FormFields) -> Response:
    """Store the ratings, the answers, and whether the person may be asked again."""
    form = answers.read_form(asked.services, asked.principal, asked.follow_up_id)
    entered = {} if form.instrument is None else entered_answers(form.instrument, form_fields)
    given, faults = validate_form(AnswerForm, {**form_fields, "answers": entered}, "")
    if given is None:
        return _render(asked, form_fields, by_field(faults))
    try:
        answers.answer_follow_up(asked.services, asked.principal, asked.follow_up_id, given)
    except ConflictError as error:
        return _render(asked, form_fields, {"": error.shown})
    except UnusableInputError as error:
        return _render(asked, form_fields, questions_by_field(error.by_column))
    return redirect_after_post(urls.person_follow_ups(asked.link))


@FOLLOW_UP_FORMS.post("/commitments/{commitment_id}")
def record_outcome(commitment_id: str, asked: FormRequestDep, form_fields: FormFields) -> Response:
    """Store the outcome of a commitment."""
    given, faults = validate_form(OutcomeForm, form_fields, "")
    if given is None:
        return _render(asked, form_fields, by_field(faults), commitment_id)
    try:
        answers.record_outcome(
            asked.services, asked.principal, asked.follow_up_id, commitment_id, given
        )
    except ConflictError as error:
        return _render(asked, form_fields, {"": error.shown}, commitment_id)
    return redirect_after_post(f"{asked.address}#commitment-{commitment_id}")


def _render(
    asked: FormRequest,
    entered: Mapping[str, str] | None = None,
    faults: Faults | None = None,
    commitment_id: str = "",
) -> Response:
    """Render the form; the input and its faults belong to one commitment or to the last section."""
    form = answers.read_form(asked.services, asked.principal, asked.follow_up_id)
    one, entered, faults = form.follow_up, entered or {}, faults or {}
    at_end: Mapping[str, str] = {} if commitment_id else entered
    return render_page(
        asked.request,
        "coaching/follow_up/form.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        home=first_page(asked.link, asked.principal),
        list_page=urls.person_follow_ups(asked.link),
        here=asked.address,
        line=follow_up_line(one, ZoneInfo(form.timezone)),
        is_coachee=form.side is Side.COACHEE,
        until=format_date(one.until),
        commitments=[
            commitment_form(
                each,
                entered if each.id == commitment_id else {},
                faults if each.id == commitment_id else {},
            )
            for each in form.commitments
        ],
        goals=[goal_form(goal, form.levels.get(goal.id), at_end) for goal in form.goals],
        rating_field=rating_field,
        levels=LEVEL_OPTIONS,
        proofs=PROOF_OPTIONS,
        reasons=DROP_OPTIONS,
        questions=question_form(form, at_end),
        seen=at_end.get("seen", one.version),
        again=at_end.get("again", _AGAIN[one.again]),
        faults={} if commitment_id else faults,
    )


ROUTERS = (FOLLOW_UP_PAGES, FOLLOW_UP_FORMS)
_OWN = Permission(ASKED_LATER, own_only=True, requires_verification=True)
_PAGE = "/p/{link}/follow-up"
PERMISSIONS: Permissions = {
    ("GET", _PAGE): _OWN,
    ("POST", f"{_PAGE}/stop"): _OWN,
    ("POST", f"{_PAGE}/alumni"): _OWN,
    ("GET", f"{_PAGE}/{{follow_up_id}}"): _OWN,
    ("POST", f"{_PAGE}/{{follow_up_id}}"): _OWN,
    ("POST", f"{_PAGE}/{{follow_up_id}}/commitments/{{commitment_id}}"): _OWN,
}
