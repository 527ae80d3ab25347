"""The programme office's pages about cycles and their people."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, File, Request, Response, UploadFile

from api.consent import service as consent
from api.consent.texts import consent_texts
from api.cycles import service as cycles
from api.http import urls as addresses
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import MANAGER, OFFICE, Permission, Permissions
from api.input_files.source import NamedFile
from api.overview.cycle_page import render_cycle
from api.participants import service as people
from api.participants import uploads
from api.participants.rows import Side
from api.personal_links import links
from api.results.match_view import present_person
from api.web.date_formats import format_date, format_short_datetime
from api.web.rendering import deployment_of, redirect_after_post, render_page
from coach.errors import UnusableInputError

CYCLE_PAGES = APIRouter(include_in_schema=False)


@CYCLE_PAGES.get("/")
def show_cycles(request: Request, services: ServicesDep, principal: PrincipalDep) -> Response:
    """Every cycle, and the way to begin one; auditors have a first page of their own."""
    if not principal.is_manager:
        return redirect_after_post(addresses.AUDIT)
    return _render_cycles(request, services)


@CYCLE_PAGES.post("/cycles")
def create_cycle(
    file: Annotated[UploadFile, File()], request: Request, services: ServicesDep
) -> Response:
    """Begin a cycle from a cycle file."""
    content = file.file.read()
    try:
        policy = uploads.read_policy(NamedFile(file.filename or uploads.CYCLE_FILE, content))
    except UnusableInputError as error:
        return _render_cycles(request, services, error)
    with services.database.writing() as tx:
        created = cycles.create_cycle(tx, policy, content.decode("utf-8-sig"), now=services.now())
    return redirect_after_post(addresses.cycle(created.id))


@CYCLE_PAGES.get("/cycles/{cycle_id}")
def show_cycle(cycle_id: str, request: Request) -> Response:
    """Where a cycle stands, and what can be done next."""
    return render_cycle(request, cycle_id)


@CYCLE_PAGES.post("/cycles/{cycle_id}/policy")
def replace_policy(
    cycle_id: str, file: Annotated[UploadFile, File()], request: Request, services: ServicesDep
) -> Response:
    """Put another cycle file in place."""
    content = file.file.read()
    with services.database.reading() as tx:
        roster = people.roster_of(tx, cycle_id)
    try:
        named = NamedFile(file.filename or uploads.CYCLE_FILE, content)
        policy = uploads.read_policy(named, roster)
    except UnusableInputError as error:
        return render_cycle(request, cycle_id, policy_error=error)
    with services.database.writing() as tx:
        text = content.decode("utf-8-sig")
        cycles.replace_policy(tx, cycle_id, policy, text, now=services.now())
    return redirect_after_post(addresses.cycle(cycle_id))


@CYCLE_PAGES.post("/cycles/{cycle_id}/people")
def upload_people(
    cycle_id: str,
    coachees: Annotated[UploadFile, File()],
    coaches: Annotated[UploadFile, File()],
    request: Request,
    services: ServicesDep,
) -> Response:
    """Take in both lists, or say everything that is wrong with them."""
    with services.database.reading() as tx:
        source = cycles.cycle_row(tx, cycle_id).source
    try:
        roster = uploads.read_lists(source, _named(coachees), _named(coaches)).roster
    except UnusableInputError as error:
        return render_cycle(request, cycle_id, people_error=error)
    with services.database.writing() as tx:
        now = services.now()
        people.import_people(tx, cycle_id, Side.COACHEE, roster.coachees, now=now)
        people.import_people(tx, cycle_id, Side.COACH, roster.coaches, now=now)
    return redirect_after_post(f"{addresses.cycle(cycle_id)}/people")


@CYCLE_PAGES.get("/cycles/{cycle_id}/people")
def show_people(cycle_id: str, request: Request, services: ServicesDep) -> Response:
    """Everybody of a cycle, and their secret links."""
    with services.database.reading() as tx:
        summary = cycles.cycle_summary(tx, cycle_id)
        listed = people.list_people(tx, cycle_id)
        texts = consent_texts(services.settings.consent_texts)
        agreed = consent.consents_of_cycle(tx, texts, cycle_id)
    deployment = deployment_of(request)
    return render_page(
        request,
        "participants/people.html",
        cycle=summary,
        agreed={each.person.id: each for each in agreed},
        not_agreed=sum(each.accepted_at is None for each in agreed),
        sides=[
            (
                heading,
                [
                    (each, present_person(each.profile, deployment))
                    for each in listed
                    if each.brief.side is side
                ],
            )
            for heading, side in (("Coachees", Side.COACHEE), ("Coaches", Side.COACH))
        ],
        footnotes=deployment.footnotes([each.brief.country for each in listed]),
    )


@CYCLE_PAGES.post("/people/{person_id}/link")
def make_link(person_id: str, request: Request, services: ServicesDep) -> Response:
    """Make a person's secret link and show it this once."""
    with services.database.writing() as tx:
        now, grace = services.now(), services.settings.link_grace
        issued = links.issue_link(tx, services.keyring, person_id, now=now, grace=grace)
        person = people.person_of_cycle(tx, person_id)
        cycle = cycles.cycle_summary(tx, people.person_row(tx, person_id).cycle_id)
    zone = person.profile.zone
    return render_page(
        request,
        "personal_links/link.html",
        cycle=cycle,
        person=person,
        address=services.settings.base_url + addresses.person(issued.secret),
        expires=format_short_datetime(issued.expires_at, zone),
    )


def _render_cycles(
    request: Request, services: ServicesDep, error: UnusableInputError | None = None
) -> Response:
    with services.database.reading() as tx:
        listed = cycles.list_cycles(tx)
    return render_page(
        request,
        "cycles/cycles.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
        cycles=[(each, f"{format_date(each.start)} to {format_date(each.end)}") for each in listed],
        faults=error.faults if error else (),
    )


def _named(upload: UploadFile) -> NamedFile:
    return NamedFile(upload.filename or "file", upload.file.read())


ROUTERS = (CYCLE_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", "/"): Permission(OFFICE),
    ("POST", "/cycles"): Permission(MANAGER),
    ("GET", "/cycles/{cycle_id}"): Permission(MANAGER),
    ("POST", "/cycles/{cycle_id}/policy"): Permission(MANAGER),
    ("POST", "/cycles/{cycle_id}/people"): Permission(MANAGER),
    ("GET", "/cycles/{cycle_id}/people"): Permission(MANAGER, audit_action="people opened"),
    ("POST", "/people/{person_id}/link"): Permission(MANAGER, requires_recent_authentication=True),
}
