"""A coach marks available times on a phone: by touch, by keyboard, and without JavaScript."""

from __future__ import annotations

from datetime import timedelta
from importlib import resources
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from api.cli.services import open_cli_services
from api.input_files.cycle_inputs import parse_inputs
from api.input_files.source import NamedFile
from api.overview import cycles
from api.participants import service as people
from api.participants import upload
from api.participants.rows import Side
from api.personal_links.links import issue_link
from tests.browser.touching import Finger, cell

if TYPE_CHECKING:
    from conftest import Server
    from playwright.sync_api import Browser, Page

SAMPLE = resources.files("api.participants") / "sample"
PHONE = {"width": 320, "height": 640}
MOST_TOUCHES = 20
MORNINGS = "; ".join(f"{day} 09:00-12:00" for day in ("Mon", "Tue", "Wed", "Thu", "Fri"))


def details_page_of_coach(server: Server) -> str:
    """Add the sample cycle, and return the URL of the page with a coach's details."""
    files = [
        NamedFile(name, (SAMPLE / name).read_bytes())
        for name in ("cycle.toml", "coachees.xlsx", "coaches.csv")
    ]
    lists = parse_inputs(*files)
    with open_cli_services(server.folder) as services, services.database.writing() as tx:
        now = services.now()
        cycle = cycles.add_cycle(tx, lists.cycle, files[0].content.decode(), now=now)
        upload.store_list(tx, cycle.id, Side.COACHEE, lists.roster.coachees, now=now)
        upload.store_list(tx, cycle.id, Side.COACH, lists.roster.coaches, now=now)
        coach = people.ids_by_code(tx, cycle.id)[Side.COACH, "K-01"]
        grace = timedelta(days=365)
        link = issue_link(tx, services.keyring, coach, now=now, grace=grace)
    return f"{server.base}/p/{link.secret}/details"


def written(page: Page) -> str:
    return page.locator("#availability").input_value()


def test_a_week_is_painted_by_touch_by_keyboard_and_without_script(
    browser: Browser, server: Server
) -> None:
    address = details_page_of_coach(server)
    phone = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    page, errors = phone.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.evaluate("document.querySelectorAll('.week input').forEach((box) => (box.checked = 0))")
    finger = Finger(page)
    finger.tap(page.get_by_role("button", name="Paint"))
    finger.drag(cell(page, "mon-0900"), cell(page, "mon-1130"))
    expect(page.locator("[data-live]")).to_have_text("Mon 09:00-12:00: free")
    finger.tap(page.get_by_role("button", name="Copy Monday to the other weekdays"))
    finger.tap(page.get_by_role("button", name="Save the marked times"))
    expect(page.get_by_role("status")).to_be_visible()
    assert written(page) == MORNINGS
    assert finger.touches < MOST_TOUCHES
    _change_by_keyboard(page)
    assert errors == []

    plain = browser.new_context(java_script_enabled=False).new_page()
    plain.goto(address)
    expect(plain.get_by_role("button", name="Undo")).to_be_hidden()
    cell(plain, "sun-0700").check()
    plain.get_by_role("button", name="Save the marked times").click()
    plain.locator("summary").click()
    assert written(plain) == f"{MORNINGS}; Sun 07:00-07:30"
    plain.locator("#availability").fill("Mon 25:00-26:00")
    plain.get_by_role("button", name="Save these times").click()
    expect(plain.get_by_role("alert")).to_contain_text("Mon 25:00-26:00")


def _change_by_keyboard(page: Page) -> None:
    """Mark two cells, undo one mark, clear a day, and undo the clearing, without saving."""
    box = cell(page, "mon-0700")
    box.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowDown")
    expect(cell(page, "mon-0730")).to_be_focused()
    expect(cell(page, "mon-0730")).to_be_checked()
    assert page.locator("table.week input[tabindex='0']").count() == 1
    undo = page.get_by_role("button", name="Undo")
    undo.press("Enter")
    expect(cell(page, "mon-0730")).not_to_be_checked()
    expect(box).to_be_checked()
    whole_day = page.get_by_role("button", name="Tue: whole day")
    whole_day.press("Enter")
    expect(cell(page, "tue-1900")).to_be_checked()
    undo.press("Enter")
    expect(cell(page, "tue-1900")).not_to_be_checked()
