"""Touches on a phone's screen."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Locator, Page

PULL_SECONDS = 0.2  # between two positions of a finger


class Finger:
    """A finger on the screen, whose touches are counted; a tap or a drag counts as one."""

    def __init__(self, page: Page) -> None:
        self._browser: CDPSession = page.context.new_cdp_session(page)
        self.touches = 0

    def tap(self, target: Locator) -> None:
        target.tap()
        self.touches += 1

    def drag(self, first: Locator, last: Locator) -> None:
        first.scroll_into_view_if_needed()
        boxes = [box for one in (first, last) if (box := one.bounding_box())]
        (x, y), (to_x, to_y) = (
            (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in boxes
        )
        places = [(x, y), ((x + to_x) / 2, (y + to_y) / 2), (to_x, to_y), (to_x, to_y)]
        start = time.time() - PULL_SECONDS * len(places)  # slow: a flick would swallow the next tap
        for number, (left, top) in enumerate(places):
            kind = "touchMove" if number else "touchStart"
            points = [{"x": left, "y": top}]
            self._send(kind, points, start + PULL_SECONDS * number)
        self._send("touchEnd", [], start + PULL_SECONDS * len(places))
        self.touches += 1

    def _send(self, kind: str, points: list[dict[str, float]], at: float) -> None:
        event = {"type": kind, "touchPoints": points, "timestamp": at}
        self._browser.send("Input.dispatchTouchEvent", event)


def cell(page: Page, value: str) -> Locator:
    return page.locator(f'input[value="{value}"]')
