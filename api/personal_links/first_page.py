"""The first page that a secret link opens, which depends on the kind of link."""

from __future__ import annotations

from api.http import urls
from api.http.principal import AccessRole, Principal


def first_page(link: str, principal: Principal) -> str:
    """Return the URL of the first page that a person's link opens."""
    follows_up = principal.role is AccessRole.FOLLOW_UP
    return urls.person_follow_ups(link) if follows_up else urls.person(link)
