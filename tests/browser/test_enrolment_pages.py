"""A coach applies and marks available times on a small phone, using only the keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.conftest import serving_with_mail
from tests.browser.walking import PHONE, WIDE, enter, fits, press, press_button, reach
from tests.browser.walks import APPLICATION, link_in_mail, open_call

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Server
    from playwright.sync_api import Browser, Page

MORNING = ("mon-0900", "mon-0930", "mon-1000")


def test_a_coach_applies_and_marks_times_by_keyboard_and_without_script(
    browser: Browser, tmp_path: Path
) -> None:
    with serving_with_mail(tmp_path) as server:
        office = browser.new_context(viewport=WIDE).new_page()
        call = open_call(office, server)
        page = browser.new_context(java_script_enabled=False, viewport=PHONE).new_page()
        apply(page, server, call)
        office.reload()
        press(office, office.get_by_role("button", name="Add to the list Besa Shembull"))
        expect(office.get_by_text("No applications are waiting for a decision.")).to_be_visible()
        mark_times(page, server)


def apply(page: Page, server: Server, call: str) -> None:
    assert server.mails is not None
    page.goto(call)
    fits(page)
    enter(page, "Email address", "besa.shembull@example.org")
    before = len(server.mails.taken)
    press_button(page, "Send me a code")
    expect(page.get_by_label("Code from the email")).to_be_visible()
    fits(page)
    enter(page, "Code from the email", "0000 0000")
    press_button(page, "Continue")
    expect(page.get_by_role("alert")).to_be_visible()
    fits(page)
    enter(page, "Code from the email", server.mails.wait_for_code(before))
    press_button(page, "Continue")
    expect(page.get_by_label("Name", exact=True)).to_be_visible()
    fits(page)
    for label, text in APPLICATION:
        enter(page, label, "Xyz 9" if label == "When you are free every week" else text)
    press_button(page, "Apply")
    expect(page.get_by_role("alert")).to_be_focused()
    fits(page)
    reach(page, page.get_by_label("When you are free every week", exact=True))
    page.keyboard.press("Control+A")
    page.keyboard.type("Fri 14-15")
    press_button(page, "Apply")
    expect(page.get_by_role("status")).to_be_visible()
    fits(page)


def mark_times(page: Page, server: Server) -> None:
    assert server.mails is not None
    page.goto(link_in_mail(server))
    before = len(server.mails.taken)
    press_button(page, "Send me a code by email")
    enter(page, "Code from the email", server.mails.wait_for_code(before))
    press(page, page.locator("#verification").get_by_role("button").first)
    expect(page.get_by_role("heading", name="When you are free every week")).to_be_visible()
    fits(page)
    for value in MORNING:
        reach(page, page.locator(f"input[value={value}]"))
        page.keyboard.press("Space")
    press_button(page, "Save the marked times")
    expect(page.get_by_role("status")).to_be_visible()
    fits(page)
    for value in MORNING:
        expect(page.locator(f"input[value={value}]")).to_be_checked()
