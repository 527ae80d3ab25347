"""The page that shows a new secret link once."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.principal import TokenScope
from api.personal_links.links import make_new_link
from api.web.date_formats import format_short_datetime
from api.web.rendering import render_page

LINK_PAGE = APIRouter(include_in_schema=False)


@LINK_PAGE.post("/people/{person_id}/link")
def make_link(person_id: str, request: Request, services: ServicesDep) -> Response:
    """Create a new secret link for a person and show it once."""
    new = make_new_link(services, person_id)
    return render_page(
        request,
        "personal_links/link.html",
        cycle=new.cycle,
        person=new.person,
        address=new.address,
        expires=format_short_datetime(new.credential.expires_at, new.person.profile.zone),
    )


ROUTERS = (LINK_PAGE,)
PERMISSIONS: Permissions = {
    ("POST", "/people/{person_id}/link"): Permission(
        MANAGER,
        scope=TokenScope.PEOPLE,
        requires_recent_authentication=True,
    ),
}
