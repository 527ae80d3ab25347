"""The page where a post states the outcome of a commitment that it has taken over."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from api.coaching.follow_up.forms import POST_FIELDS, PostForm, by_field
from api.coaching.follow_up.posts import answer_as_post, read_post
from api.coaching.follow_up.presenters import POST_OPTIONS
from api.coaching.goals import facts as goal_facts
from api.coaching.goals.labels import PROOF_OPTIONS
from api.http import urls
from api.http.dependencies import principal_of, services_for
from api.http.permissions import POST, Permission, Permissions
from api.web.date_formats import format_date, format_local_date, format_short_date
from api.web.rendering import FormFields, redirect_after_post, render_page, validate_form
from coach.errors import ConflictError
from coach.goals import Proof
from coach.texts.facts import Displayed

POST_PAGES = APIRouter(prefix="/p/{link}/handed-over", include_in_schema=False)


@POST_PAGES.get("")
def show_post(link: str, request: Request) -> Response:
    """Show the commitment, and the form for stating its outcome."""
    return _render(link, request)


@POST_PAGES.post("")
def answer_post(link: str, request: Request, form_fields: FormFields) -> Response:
    """Store the post's answer."""
    given, faults = validate_form(PostForm, form_fields, "")
    if given is None:
        return _render(link, request, form_fields, by_field(faults))
    try:
        answer_as_post(services_for(request), principal_of(request), given)
    except ConflictError as error:
        return _render(link, request, form_fields, {"": error.shown})
    return redirect_after_post(f"{urls.post(link)}?saved=true")


def _render(
    link: str,
    request: Request,
    entered: Mapping[str, str] | None = None,
    faults: Mapping[str, Displayed] | None = None,
) -> Response:
    view = read_post(services_for(request), principal_of(request))
    fields = dict.fromkeys(POST_FIELDS, "") | {"kind": Proof.ORDER.value}
    return render_page(
        request,
        "coaching/follow_up/post.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        home=urls.post(link),
        view=view,
        area=goal_facts.AREAS[view.area](),
        due=format_date(view.due),
        until=format_date(view.until),
        answered=format_local_date(view.answered_at, ZoneInfo(view.timezone)),
        evidence=[
            (goal_facts.PROOFS[one.kind](), one.reference, format_short_date(one.day))
            for one in view.evidence
        ],
        outcomes=POST_OPTIONS,
        proofs=PROOF_OPTIONS,
        seen=(entered or {}).get("seen", view.version),
        entered=fields | {"outcome": view.outcome or ""} | dict(entered or {}),
        faults=faults or {},
    )


ROUTERS = (POST_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", "/p/{link}/handed-over"): Permission(POST, own_only=True),
    ("POST", "/p/{link}/handed-over"): Permission(POST, own_only=True),
}
