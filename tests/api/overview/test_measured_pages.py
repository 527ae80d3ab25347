"""Every page of the office is either measured with 1,200 coachees or listed with a reason."""

from __future__ import annotations

from api.http.permissions import EVERYBODY, MANAGER
from api.http.urls import API
from api.route_modules import PAGE_MODULES
from tests.bench.page_addresses import NOT_MEASURED, PAGES


def test_every_page_of_the_office_is_measured() -> None:
    pages = {
        path
        for module in PAGE_MODULES
        for (method, path), permission in module.PERMISSIONS.items()
        if method == "GET"
        and not path.startswith(API)
        and permission.roles >= MANAGER
        and permission.roles != EVERYBODY
    }
    measured = {
        address.partition("?")[0].replace("{draft_id}", "{plan_id}") for address in PAGES.values()
    }
    assert pages - measured - NOT_MEASURED.keys() == set()
    assert not measured & NOT_MEASURED.keys()
