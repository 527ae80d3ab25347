"""Walking through pages by keyboard, and taking pictures of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 320, "height": 640}
OPEN_ALL = "document.querySelectorAll('details').forEach((one) => { one.open = true; })"
_MOST_TABS = 160
_MOST_OPTIONS = 10
_MOST_HEIGHT = {1280: 1200, 320: 1300}


@dataclass(frozen=True)
class Camera:
    """A camera for pages, which takes pictures only if there is a folder for them."""

    folder: Path | None = None

    def shoot(self, page: Page, name: str) -> None:
        """Save a screenshot of the top of the page."""
        if self.folder is None:
            return
        width = (page.viewport_size or WIDE)["width"]
        height = page.evaluate("document.documentElement.scrollHeight")
        page.evaluate("window.scrollTo(0, 0)")
        page.screenshot(
            path=self.folder / f"{name}-{width}.png",
            full_page=True,
            clip={"x": 0, "y": 0, "width": width, "height": min(height, _MOST_HEIGHT[width])},
        )


def reach(page: Page, target: Locator) -> None:
    """Move the focus to an element with the Tab key."""
    expect(target).to_be_visible()
    for _ in range(_MOST_TABS):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key does not reach {target}")


def press(page: Page, target: Locator) -> None:
    """Move the focus to a button or link with the Tab key, and press Enter."""
    reach(page, target)
    page.keyboard.press("Enter")


def enter(page: Page, label: str, text: str) -> None:
    """Move the focus to a field with the Tab key, and type into it."""
    reach(page, page.get_by_label(label, exact=True))
    page.keyboard.type(text)


def choose(page: Page, option: Locator) -> None:
    """Move the focus to a radio button group with the Tab key, and to an option with the arrows."""
    name = option.get_attribute("name")
    reach(page, page.locator(f"input[type=radio][name='{name}']").first)
    page.keyboard.press("Space")
    for _ in range(_MOST_OPTIONS):
        if option.is_checked():
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"the arrow keys do not reach {option}")


def fits(page: Page) -> None:
    """Check that a page does not scroll sideways."""
    needed, width = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert needed <= width, f"{page.url} needs {needed} pixels on a screen of {width}"


def press_button(page: Page, name: str) -> None:
    press(page, page.get_by_role("button", name=name, exact=True).first)
