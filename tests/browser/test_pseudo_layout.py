"""The layout of every page with texts that are 40 % longer, on narrow and wide screens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.every_page import walk_through_sample_cycle
from tests.browser.walking import OPEN_ALL

if TYPE_CHECKING:
    from conftest import Server
    from playwright.sync_api import Browser, Route

WIDTHS = (320, 1280)
TOO_WIDE = "document.documentElement.scrollWidth > window.innerWidth"
OVERFLOWING = """
() => [...document.querySelectorAll("button, .button, .badge, summary, th")]
  .filter((one) => one.checkVisibility() && one.textContent.trim())
  .filter((one) => !one.querySelector(".hidden-text"))  // which only screen readers read
  .filter((one) => {
    const text = document.createRange();
    text.selectNodeContents(one);
    const [inner, outer] = [text.getBoundingClientRect(), one.getBoundingClientRect()];
    return inner.left < outer.left - 1 || inner.right > outer.right + 1
      || inner.top < outer.top - 1 || inner.bottom > outer.bottom + 1;
  })
  .map((one) => `${one.tagName} ${one.textContent.trim()}`)
"""


@pytest.mark.timeout(900)  # every page, each in two widths
def test_no_page_scrolls_sideways_and_no_text_overflows_its_button(
    browser: Browser, pseudo_server: Server
) -> None:
    base, _, sign_in = pseudo_server.sign_in.partition("/sign-in/")
    assert pseudo_server.mails is not None
    base_of_walk = base.replace("localhost", "127.0.0.1")
    seen = walk_through_sample_cycle(base_of_walk, sign_in, pseudo_server.mails).pages
    page = browser.new_page()

    def stay(route: Route) -> None:
        """Respond without content, so that a page that navigates by itself stays open."""
        route.fulfill(status=204)

    def answer(route: Route) -> None:
        name = next(found for found in seen if route.request.url.endswith(_address(found)))
        route.fulfill(body=seen[name], content_type="text/html")

    page.route(
        "**/*", lambda route: route.fallback() if "/static/" in route.request.url else stay(route)
    )
    page.route("**/seen/*", answer)
    faults = []
    for name in seen:
        page.goto(f"{base}{_address(name)}")
        page.evaluate(OPEN_ALL)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate(TOO_WIDE):
                faults.append(f"{name} scrolls sideways at {width}")
            faults += [f"{name} at {width}: {text}" for text in page.evaluate(OVERFLOWING)]
    page.close()
    assert faults == [], "\n".join(faults)


def _address(name: str) -> str:
    return f"/seen/{name.replace(' ', '-').replace(',', '')}"
