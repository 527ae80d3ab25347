"""The handler for the search forms of all lists."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import APIRouter, Form, Response

from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.limits import LimitRule
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.principal import TokenScope
from api.http.urls import SEARCHES, safe_redirect_path
from api.lists.listing import ANCHOR
from api.lists.query import PAGE, SEARCH
from api.lists.searches import SearchInput, store_search
from api.web.rendering import redirect_after_post

SEARCH_PAGES = APIRouter(include_in_schema=False)


class SearchForm(SearchInput):
    """The text to search for, and the address of the list."""

    list_address: str = "/"


@SEARCH_PAGES.post(SEARCHES)
def search(
    form: Annotated[SearchForm, Form()], services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Search a list. The text is sent in the body, so that names do not appear in URLs or logs."""
    address = urlsplit(safe_redirect_path(form.list_address))
    fields = dict(parse_qsl(address.query))
    for name in (SEARCH, PAGE):
        fields.pop(name, None)
    text = form.text.strip()
    if text:
        fields[SEARCH] = store_search(services, principal, SearchInput(text=text))
    query = urlencode(fields)
    return redirect_after_post(f"{address.path}{'?' if query else ''}{query}#{ANCHOR}")


ROUTERS = (SEARCH_PAGES,)
PERMISSIONS: Permissions = {
    ("POST", SEARCHES): Permission(MANAGER, scope=TokenScope.READ, limits=LimitRule.NO_CYCLE),
}
