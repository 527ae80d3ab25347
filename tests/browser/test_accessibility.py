"""axe-core finds no problems on narrow and wide pages, in the light and dark schemes."""

from __future__ import annotations

import os
from itertools import product
from typing import TYPE_CHECKING

import pytest

from api.web.templating import static_file
from tests.api.every_page import walk_through_sample_cycle
from tests.browser.axe import axe_findings, open_page_for_axe
from tests.browser.walking import OPEN_ALL
from tests.design.__main__ import english_page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conftest import Server
    from playwright.sync_api import Browser, Route

WIDTHS = (320, 1280)
SCHEMES = ("light", "dark")
OPEN_MENU = "<script>document.getElementById('menu').showPopover()</script>"


def findings(browser: Browser, pages: Mapping[str, str]) -> list[str]:
    """Return the findings on each page, which is displayed without a server."""
    page = open_page_for_axe(browser)
    shown = ""

    def answer(route: Route) -> None:
        url = route.request.url
        if url.endswith("/seen"):
            route.fulfill(body=shown, content_type="text/html")
        elif url.endswith(".css"):
            route.fulfill(body=static_file("style.css").decode(), content_type="text/css")
        else:  # so that no script navigates to another page
            route.fulfill(status=204)

    page.route("**/*", answer)
    found = []
    for name, html in pages.items():
        shown = html
        page.goto("http://localhost/seen")
        page.evaluate(OPEN_ALL)
        for width, scheme in product(WIDTHS, SCHEMES):
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme)
            found += [f"{name} at {width}, {scheme}: {one}" for one in axe_findings(page)]
    page.close()
    return found


def test_no_component_has_a_finding(browser: Browser) -> None:
    design = english_page()
    assert findings(browser, {"design": design, "menu": design + OPEN_MENU}) == []


@pytest.mark.skipif("EVERY_PAGE" not in os.environ, reason="takes minutes: set EVERY_PAGE=1")
@pytest.mark.timeout(3600)
def test_no_page_has_a_finding(browser: Browser, pseudo_server: Server) -> None:
    base, _, sign_in = pseudo_server.sign_in.partition("/sign-in/")
    assert pseudo_server.mails is not None
    base = base.replace("localhost", "127.0.0.1")
    pages = walk_through_sample_cycle(base, sign_in, pseudo_server.mails).pages
    found = findings(browser, pages)
    assert found == [], "\n".join(found)


def test_a_field_without_label_is_found(browser: Browser) -> None:
    unlabelled = english_page().replace('<label for="minutes">Minutes</label>', "")
    assert any("label (critical)" in one for one in findings(browser, {"design": unlabelled}))
