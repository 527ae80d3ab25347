"""A walkthrough: a commander creates a link for an aide, who answers with it on a phone.

It uses only the keyboard, and no JavaScript.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.test_whole_way import link_of, make_cycle, run_and_publish
from tests.browser.walking import PHONE, WIDE, Camera, enter, fits, press, press_button, reach

if TYPE_CHECKING:
    from email.message import EmailMessage

    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Server

OFFICE = "Major's office"
_SECONDS = 60


def aide(browser: Browser, server: Server, camera: Camera) -> None:
    """Create an aide's link, decline a time with it, ask for another, and check the emails."""
    office = browser.new_context(viewport=WIDE).new_page()
    cycle, people = make_cycle(office, server)
    name, _, _ = run_and_publish(office, cycle)
    own = link_of(office, people, name)
    phone = browser.new_context(java_script_enabled=False, viewport=PHONE)
    link = _make_link(phone.new_page(), server, own, camera)
    _show_mail(browser, server, "A link for an aide was created", camera, "walk-aide-mail")
    _answer(phone.new_page(), link, camera)
    _show_mail(
        browser, server, "A session was declined on your behalf", camera, "walk-aide-declined-mail"
    )
    told = "Another time was proposed on your behalf"
    text = _show_mail(browser, server, told, camera, "walk-aide-proposed-mail")
    assert f"{OFFICE} proposed another time on your behalf" in text
    commander = phone.new_page()
    commander.goto(own)
    press(commander, commander.get_by_role("link", name=re.compile("Session 1 of")).first)
    press(commander, commander.get_by_role("link", name="See the proposal"))
    expect(
        commander.get_by_role("heading", name=f"{OFFICE} proposed this on your behalf")
    ).to_be_visible()
    fits(commander)
    camera.shoot(commander, "walk-aide-commander")


def _make_link(page: Page, server: Server, own: str, camera: Camera) -> str:
    mails = server.mails
    assert mails is not None
    page.goto(own)
    press(page, page.get_by_role("link", name="Your aides"))
    before = len(mails.taken)
    press_button(page, "Send me a code by email")
    enter(page, "Code from the email", mails.wait_for_code(before))
    press(page, page.locator("#verification").get_by_role("button").first)
    enter(page, "Name of the aide or office", OFFICE)
    press_button(page, "Create a link")
    made = page.get_by_label(f"The link for {OFFICE}")
    expect(made).to_be_visible()
    fits(page)
    camera.shoot(page, "walk-aide-link")
    return made.input_value()


def _answer(page: Page, link: str, camera: Camera) -> None:
    page.goto(link)
    expect(page.get_by_role("heading", name="Times to confirm")).to_be_visible()
    fits(page)
    camera.shoot(page, "walk-aide-times")
    press(page, page.get_by_role("button", name="Decline this time").first)
    first = page.get_by_role("article").first
    expect(first.get_by_text("Declined", exact=True)).to_be_visible()
    press(page, first.get_by_role("link", name="Ask for another time"))
    expect(page.get_by_role("heading", name="Choose another time")).to_be_visible()
    fits(page)
    camera.shoot(page, "walk-aide-choose")
    reach(page, page.get_by_role("radio").first)
    page.keyboard.press("Space")
    press_button(page, "Propose this time")
    expect(page.get_by_role("heading", name="Your side's proposal")).to_be_visible()
    fits(page)
    camera.shoot(page, "walk-aide-proposed")
    press(page, page.get_by_role("link", name="All times to confirm"))
    expect(
        page.get_by_role("article").first.get_by_text("You proposed another time")
    ).to_be_visible()
    fits(page)


def _show_mail(browser: Browser, server: Server, subject: str, camera: Camera, name: str) -> str:
    """Show an email on a phone; return its text."""
    mail = _mail_about(server, subject)
    html, text = (mail.get_body((kind,)) for kind in ("html", "plain"))
    assert html is not None
    assert text is not None
    page = browser.new_context(viewport=PHONE).new_page()
    page.set_content(html.get_content())
    fits(page)
    camera.shoot(page, name)
    return str(text.get_content())


def _mail_about(server: Server, subject: str) -> EmailMessage:
    assert server.mails is not None
    ends = time.monotonic() + _SECONDS
    while time.monotonic() < ends:
        for taken in server.mails.taken:
            if subject in str(taken.mail["Subject"]):
                return taken.mail
        time.sleep(0.1)
    raise AssertionError(f"no email about: {subject}")
