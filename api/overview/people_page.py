"""The page with the people of a cycle, their consents, and buttons for new links."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from api.consent.service import PersonConsent, consents_of_cycle
from api.consent.texts import consent_texts
from api.cycles.service import CycleHeader, cycle_header
from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.participants.rows import Side
from api.participants.service import ParticipantDetails, participants_of
from api.results.match_view import present_person
from api.services import Services
from api.web.rendering import deployment_of, render_page

PEOPLE_PAGE = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """The people of a cycle and their consents, read in one transaction."""

    cycle: CycleHeader
    people: tuple[ParticipantDetails, ...]
    consents: tuple[PersonConsent, ...]


def read_people_page(services: Services, cycle_id: str) -> PeoplePage:
    """Read the contents of the people page.

    Raises:
        NotFoundError: there is no such cycle.
    """
    texts = consent_texts(services.settings.consent_texts)
    with services.database.reading() as tx:
        return PeoplePage(
            cycle=cycle_header(tx, cycle_id),
            people=participants_of(tx, cycle_id),
            consents=consents_of_cycle(tx, texts, cycle_id),
        )


@PEOPLE_PAGE.get("/cycles/{cycle_id}/people")
def show_people(cycle_id: str, request: Request, services: ServicesDep) -> Response:
    """Show all people of a cycle, including those who have left."""
    page, deployment = read_people_page(services, cycle_id), deployment_of(request)
    return render_page(
        request,
        "overview/people.html",
        cycle=page.cycle,
        agreed={each.person.id: each for each in page.consents},
        not_agreed=sum(each.accepted_at is None for each in page.consents),
        sides=[
            (
                heading,
                [
                    (each, present_person(each.profile, deployment))
                    for each in page.people
                    if each.brief.side is side
                ],
            )
            for heading, side in (("Coachees", Side.COACHEE), ("Coaches", Side.COACH))
        ],
        footnotes=deployment.footnotes([each.brief.country for each in page.people]),
    )


ROUTERS = (PEOPLE_PAGE,)
PERMISSIONS: Permissions = {
    ("GET", "/cycles/{cycle_id}/people"): Permission(MANAGER, audit_action="people opened"),
}
