"""A cycle with a policy is created in a few clicks, and typing updates the counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from api.cli.services import open_cli_services
from api.http.principal import SYSTEM
from api.input_files.source import NamedFile
from api.participants.upload import upload_lists
from tests.api.conftest import coachees_csv, coaches_csv

if TYPE_CHECKING:
    from conftest import Server
    from playwright.sync_api import Browser, Page

WIDTHS = ({"width": 1280, "height": 800}, {"width": 320, "height": 640})
RELATION = '[id="rules.country.relation"]'


def fits(page: Page) -> None:
    for size in WIDTHS:
        page.set_viewport_size(size)
        needed = page.evaluate("document.documentElement.scrollWidth")
        assert needed <= size["width"], f"{page.url} needs {needed} pixels"


def new_cycle(page: Page) -> str:
    """Create a cycle with a name, a first and a last day, in two clicks; return its URL."""
    page.get_by_role("link", name="New cycle").click()
    fits(page)
    page.get_by_label("Name of the cycle").fill("Spring")
    page.get_by_label("First day").fill("18.1.2027")
    page.get_by_label("Last day").fill("16.7.2027")
    page.get_by_role("button", name="Create the cycle").click()
    expect(page.get_by_role("heading", name="Spring", exact=True)).to_be_visible()
    return page.url


def upload(server: Server, cycle: str) -> None:
    lists = NamedFile("a.csv", coachees_csv()), NamedFile("b.csv", coaches_csv())
    with open_cli_services(server.folder) as services:
        upload_lists(services, SYSTEM, cycle.rpartition("/")[2], *lists)


def test_cycle_with_policy_takes_four_clicks_and_typing_updates_the_counts(
    browser: Browser, server: Server
) -> None:
    page = browser.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    server.sign_in_manager(page)
    cycle = new_cycle(page)
    upload(server, cycle)
    page.get_by_role("link", name="Change the policy").click()
    fits(page)
    count = page.locator("#count-country")
    expect(count).to_contain_text("allows 6 of 6 pairs")
    page.select_option(RELATION, "same")
    expect(count).to_contain_text("allows 0 of 6 pairs")
    expect(page.locator("#count-all")).to_contain_text("3 coachees have no possible coach")
    page.get_by_label("Sessions per pair").fill("many")
    expect(page.locator("#count-all")).to_contain_text("correct the marked fields")
    page.get_by_role("button", name="Save the policy").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # follows the link to the field
    page.get_by_label("Sessions per pair").fill("4")
    page.select_option(RELATION, "different")
    page.get_by_role("button", name="Save the policy").click()
    expect(page.get_by_role("heading", name="Saved")).to_be_visible()
    assert not complaints


def test_without_a_script_check_counts_and_shows_what_would_change(
    browser: Browser, server: Server
) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    server.sign_in_manager(page)
    cycle = new_cycle(page)
    upload(server, cycle)
    page.goto(f"{cycle}/policy/edit")
    page.select_option(RELATION, "same")
    page.get_by_role("button", name="Check").click()
    expect(page.locator("#count-country")).to_contain_text("allows 0 of 6 pairs")
    expect(page.get_by_role("heading", name="what would change")).to_be_visible()
    expect(page.locator(RELATION)).to_have_value("same")
    page.goto(f"{cycle}/pairs?coachee=C-1&coach=K-1")
    page.get_by_label("pin (always this coach)").check()
    page.get_by_role("button", name="Save the decision").click()
    expect(page.get_by_text("Every plan includes this pair.")).to_be_visible()
