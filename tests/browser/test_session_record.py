"""A coach writes the full record of a session on a phone with few touches; drafts are kept."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from playwright.sync_api import expect
from sqlalchemy import select

from api.cli.sample_cycle import load_sample_cycle
from api.cli.services import open_cli_services
from api.personal_links.links import issue_link
from api.sessions.rows import SessionRow
from tests.browser.touching import Finger

if TYPE_CHECKING:
    from conftest import Server
    from playwright.sync_api import Browser, Locator, Page

PHONE = {"width": 320, "height": 640}
DESKTOP = {"width": 1280, "height": 800}
MOST_TOUCHES = 12  # besides typing
PRIVATE = "Only for me"


def note_pages(server: Server) -> tuple[str, str]:
    """Publish the sample cycle; return the note form URLs for two of its sessions."""
    with open_cli_services(server.folder) as services:
        load_sample_cycle(services)
        with services.database.writing() as tx:
            first, second, *_ = tx.scalars(
                select(SessionRow).order_by(SessionRow.coachee_id, SessionRow.number)
            )
            now, grace = services.now(), timedelta(days=365)
            link = issue_link(tx, services.keyring, first.coach_id, now=now, grace=grace)
            home = f"{server.base}/p/{link.secret}/sessions"
            return f"{home}/{first.id}/note", f"{home}/{second.id}/note"


def start_notebook(page: Page, address: str) -> None:
    """Write a first note, which requires a recovery code, unlike later notes."""
    page.goto(address)
    page.get_by_label("Held").check()
    page.get_by_label("Topic, in a few words").fill("Any topic")
    page.get_by_label("Your own note").fill(PRIVATE)
    page.get_by_role("button", name="Save the session note").click()
    code = page.locator("code").inner_text()
    page.get_by_label("Enter the code that you have written down").fill(code)
    page.get_by_role("button", name="Confirm and save the session note").click()
    page.wait_for_url(lambda url: "/note" not in url)  # the form contains the note's text, too
    expect(page.get_by_text(PRIVATE)).to_be_visible()


def test_full_record_takes_at_most_twelve_touches_on_a_phone(
    browser: Browser, server: Server
) -> None:
    address, other = note_pages(server)
    phone = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    page, errors = phone.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    start_notebook(page, other)
    page.goto(address)
    finger = Finger(page)

    def write(target: Locator, text: str) -> None:
        finger.tap(target)
        page.keyboard.type(text)

    finger.tap(page.get_by_label("Held"))
    finger.tap(page.get_by_label("Online"))
    module = page.get_by_label("Sex, gender, gender roles and relations")
    finger.tap(module)
    write(page.get_by_label("What will be done?").first, "Read the regional study")
    finger.tap(page.get_by_text("Another action").first)
    write(page.get_by_label("What will be done?").nth(1), "Send the handbook")
    finger.tap(page.get_by_role("group", name="Action 2").get_by_label("Office"))
    write(page.get_by_label("Focus of the next session"), "Stereotypes")
    finger.tap(page.get_by_label("Material", exact=True))
    write(page.get_by_label("Your own note"), PRIVATE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.wait_for_timeout(1000)  # a draft is stored after a pause in typing
    page.reload()
    expect(page.locator("[data-draft-part='restored']")).to_be_visible()
    expect(page.get_by_label("Your own note")).to_have_value(PRIVATE)
    finger.tap(page.get_by_role("button", name="Save the session note"))

    record = page.locator("section", has=page.get_by_role("heading", name="Session note"))
    for words in ("B1: Sex, gender", "90 minutes", "Read the regional study", "Send the handbook",
                  "Stereotypes", "Material", "Online"):  # fmt: skip
        expect(record.get_by_text(words).first).to_be_visible()
    expect(page.get_by_text(PRIVATE)).to_be_visible()
    assert finger.touches <= MOST_TOUCHES, finger.touches
    for width in (PHONE, DESKTOP):
        page.set_viewport_size(width)
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width["width"]
    assert errors == []
