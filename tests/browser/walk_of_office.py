"""A walkthrough of the office: from an empty server to sent invitations, and a coach who falls ill.

It uses only the keyboard, and no JavaScript. Each button and link that is pressed is counted;
docs/walk-office.md lists them.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.test_whole_way import upload
from tests.browser.walking import PHONE, WIDE, Camera, enter, fits, press, press_button

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Server

ILL, ILL_UNTIL = "Petar Uzor", "2027-01-18..2027-05-31"
_SECONDS = 90
_MOST_RELOADS = 90


@dataclass
class Office:
    """A manager who uses a page's buttons and links by keyboard.

    Attributes:
        pressed: the name of each button and link, in the order in which they were pressed.
    """

    page: Page
    camera: Camera
    pressed: list[str] = field(default_factory=list)

    def press(self, role: str, name: str) -> None:
        """Press the first button or link with the given name, and wait for the page to open."""
        target = self.page.get_by_role(role, name=name, exact=True).first  # type: ignore[arg-type]
        with self.page.expect_navigation():
            press(self.page, target)
        self.pressed.append(name)

    def shows(self, words: str | re.Pattern[str]) -> None:
        expect(self.page.locator("main")).to_contain_text(words, timeout=_SECONDS * 1000)

    def shoot(self, name: str, *, phone: bool = False) -> None:
        """Take a screenshot, and check that the page fits on a wide and on a narrow screen."""
        for size in (PHONE, WIDE):
            self.page.set_viewport_size(size)
            fits(self.page)
            if phone or size is WIDE:
                self.camera.shoot(self.page, f"walk-office-{name}")

    def reload_until(self, role: str, name: str) -> None:
        """Reload the page, as its text suggests, until a button or link appears."""
        wanted = self.page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]
        for _ in range(_MOST_RELOADS):
            if wanted.count():
                return
            time.sleep(1)
            self.page.reload()
        raise AssertionError(f"no {role} {name!r} within {_MOST_RELOADS} seconds")


def office(browser: Browser, server: Server, camera: Camera) -> list[str]:
    """Perform the walkthrough; return the names of all buttons and links that were pressed."""
    context = browser.new_context(java_script_enabled=False, viewport=WIDE)
    walker = Office(context.new_page(), camera)
    server.sign_in_manager(walker.page)
    _create_cycle(walker)
    _publish(walker)
    _send(walker, server, "sent")
    _rematch(walker, server)
    _navigate_on_phone(walker.page)
    return walker.pressed


def _create_cycle(walker: Office) -> None:
    page = walker.page
    walker.shoot("empty")
    walker.press("link", "New cycle")
    enter(page, "Name of the cycle", "Spring")
    for label, day in (
        ("First day on which a session can take place", "18.1.2027"),
        ("Last day", "16.7.2027"),
    ):
        enter(page, label, day)
    walker.press("button", "Create the cycle")
    for side, name in (("coachees", "coachees.xlsx"), ("coaches", "coaches.csv")):
        upload(page, side, name)
    walker.press("button", "Check the lists")
    walker.shows("Nothing has changed yet.")
    walker.shoot("lists")
    walker.press("button", "Use these lists")
    walker.press("link", "Spring")
    walker.press("link", "Change the policy")
    walker.shoot("policy", phone=True)
    page.select_option('[id="rules.country.relation"]', "different")
    walker.press("button", "Save the policy")
    walker.shows("Saved")
    walker.press("link", "Spring")


def _publish(walker: Office) -> None:
    walker.press("button", "Start a run")
    walker.reload_until("link", "View the plan")
    walker.shoot("run")
    walker.press("link", "View the plan")
    walker.shoot("plan", phone=True)
    walker.press("link", "Read the emails first")
    walker.shoot("emails")
    walker.press("link", "Plan")
    walker.press("button", "Publish this plan")


def _send(walker: Office, server: Server, picture: str) -> None:
    """Send all messages that are ready, and wait until the mail server has received them."""
    assert server.mails is not None
    before = len(server.mails.taken)
    button = walker.page.get_by_role("button", name=re.compile("Send all")).first.inner_text()
    count = int("".join(filter(str.isdigit, button)))
    walker.press("button", button)
    ends = time.monotonic() + _SECONDS
    while len(server.mails.taken) < before + count:
        assert time.monotonic() < ends, f"{len(server.mails.taken) - before} of {count} were sent"
        time.sleep(0.2)
    walker.press("link", "Spring")
    walker.press("link", "Messages")
    walker.shoot(picture)


def _rematch(walker: Office, server: Server) -> None:
    page = walker.page
    walker.press("link", "Spring")
    walker.press("link", "View the people in this cycle, and create secret links")
    walker.press("link", f"Edit {ILL}")
    enter(page, "Days off", f"{ILL_UNTIL}\n")
    walker.press("button", "Save the changes")
    walker.press("link", "which sessions can no longer take place")
    walker.shows("15 upcoming sessions cannot take place as planned.")
    walker.shoot("obstructed", phone=True)
    walker.press("button", "Start a re-match")
    walker.reload_until("link", "View the plan")
    walker.press("link", "View the plan")
    plan = page.url
    walker.press("button", "Compare plans")
    walker.shoot("price")
    page.goto(plan)
    walker.press("button", "Publish this plan")
    _send(walker, server, "told")
    walker.press("link", "Coaching scheduler")
    walker.shoot("today", phone=True)


def _navigate_on_phone(page: Page) -> None:
    """Open the menu of a narrow screen, and follow a link in it."""
    page.set_viewport_size(PHONE)
    page.reload()
    rules = page.get_by_role("link", name="Rules", exact=True)
    expect(rules).to_be_hidden()
    press_button(page, "Menu")
    press(page, rules)
    expect(page.get_by_role("heading", name="Rules")).to_be_visible()
    fits(page)
