"""Drafts survive a reload and a lost connection, and nobody else can open them."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

from playwright.sync_api import expect
from sqlalchemy import select

from api.cli.sample_cycle import load_sample_cycle
from api.cli.services import open_cli_services
from api.participants.rows import PersonRow, Side
from api.personal_links.links import issue_link
from api.sessions.rows import SessionRow
from tests.browser.test_availability import details_page_of_coach

if TYPE_CHECKING:
    from conftest import Server
    from playwright.sync_api import Browser, Page

TYPED = "what nobody else may read"
SENT = "[data-draft-part='restored']"
DRAFTS = "Object.keys(localStorage).filter((name) => name.startsWith('draft.'))"


def _details_page_of_coachee(server: Server) -> str:
    with open_cli_services(server.folder) as services, services.database.writing() as tx:
        coachee = tx.scalars(select(PersonRow.id).where(PersonRow.side == Side.COACHEE)).first()
        grace = timedelta(days=365)
        now = services.now()
        link = issue_link(tx, services.keyring, coachee or "", now=now, grace=grace)
    return f"{server.base}/p/{link.secret}/details"


def _wait_for_drafts(page: Page, number: int) -> None:
    """Wait until the browser has stored `number` drafts, which it does after a pause in typing."""
    ends = time.monotonic() + 20
    while page.evaluate(f"{DRAFTS}.length") != number:
        assert time.monotonic() < ends
        page.wait_for_timeout(50)


def _type(page: Page) -> None:
    page.locator("#topics").fill(TYPED)
    _wait_for_drafts(page, 1)


def test_draft_survives_reload_and_offline_and_is_closed_to_a_second_person(
    browser: Browser, server: Server
) -> None:
    address = details_page_of_coach(server)
    other = _details_page_of_coachee(server)
    shared = browser.new_context()  # one browser shared by two people
    page, errors = shared.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    before = page.locator("#topics").input_value()
    _type(page)
    assert TYPED not in page.evaluate("JSON.stringify(localStorage)")
    page.reload()
    expect(page.locator("#topics")).to_have_value(TYPED)
    expect(page.locator(SENT).nth(2)).to_be_visible()

    page.goto(other)  # a second person, with the first one's draft under their own name
    page.evaluate(
        f"""() => {{
            const [name] = {DRAFTS};
            for (const form of document.querySelectorAll("[data-draft]")) {{
                localStorage.setItem(`draft.${{form.dataset.draft}}`, localStorage.getItem(name));
            }}
        }}"""
    )
    page.reload()
    _wait_for_drafts(page, 1)  # drafts that cannot be opened are deleted
    assert TYPED not in page.locator("#topics").input_value()
    expect(page.locator(SENT).nth(2)).to_be_hidden()

    page.goto(address)
    expect(page.locator("#topics")).to_have_value(TYPED)
    save = page.get_by_role("button", name="Save the details")
    shared.set_offline(True)
    save.click()
    expect(page.get_by_role("alert")).to_contain_text("not sent")
    expect(page.locator("#topics")).to_have_value(TYPED)
    shared.set_offline(False)
    save.click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    _wait_for_drafts(page, 0)
    assert page.url.endswith("?saved=true")
    assert page.locator("#topics").input_value() not in {before, ""}

    page.locator("#topics").fill("to be deleted")
    _wait_for_drafts(page, 1)
    page.get_by_role("button", name="Leave now").click()  # ends access with the link on this device
    _wait_for_drafts(page, 0)
    assert errors == []


def _coaching_of_coachee(server: Server) -> tuple[str, str]:
    """Publish the sample cycle; return the URLs of a coachee's home page and agreement page."""
    with open_cli_services(server.folder) as services:
        load_sample_cycle(services)
        with services.database.writing() as tx:
            one = tx.scalars(select(SessionRow)).first()
            assert one is not None
            now, grace = services.now(), timedelta(days=365)
            link = issue_link(tx, services.keyring, one.coachee_id, now=now, grace=grace)
            return f"{server.base}/p/{link.secret}", f"/coaching/{one.coach_id}/agreement/change"


def test_each_kind_of_form_comes_back_until_it_is_stored_and_ends_with_signing_out(
    browser: Browser, server: Server
) -> None:
    home, agreement = _coaching_of_coachee(server)
    page, errors = browser.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))

    page.goto(f"{home}/details")  # the grid of a week, painted without typing
    cell = page.locator("[data-week] td").first
    box, before = cell.locator("input"), cell.locator("input").is_checked()
    cell.click()
    _wait_for_drafts(page, 1)
    page.reload()
    expect(box).to_be_checked(checked=not before)

    page.goto(home + agreement)  # a form of coaching, first with a fault, then stored
    purpose, send = page.locator("#purpose"), page.locator("main form button[type=submit]")
    purpose.fill(TYPED)
    _wait_for_drafts(page, 2)
    page.reload()
    expect(purpose).to_have_value(TYPED)
    send.click()
    expect(page.get_by_role("alert").first).to_be_visible()
    _wait_for_drafts(page, 2)
    for name in ("focus", "mode", "contact", "delegates"):
        page.locator(f"[name={name}]").first.check()
    page.locator("[name=focus]").nth(1).check()
    send.click()
    expect(purpose).to_have_count(0)
    _wait_for_drafts(page, 1)

    server.sign_in_manager(page)  # a form of the office, in the same browser
    page.goto(f"{server.base}/new-cycle")
    page.get_by_label("Name of the cycle").fill(TYPED)
    _wait_for_drafts(page, 2)
    page.reload()
    expect(page.get_by_label("Name of the cycle")).to_have_value(TYPED)
    assert TYPED not in page.evaluate("JSON.stringify(localStorage)")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in**")
    page.goto(f"{home}/details")
    assert page.evaluate(f"{DRAFTS}.length") == 1  # the coachee's draft
    expect(box).to_be_checked(checked=not before)
    assert errors == []
