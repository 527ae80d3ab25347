"""Walkthroughs: importing untidy lists, enrolment by link, an aide, and the office.

`python -m tests.browser.walks` performs all of them and writes the pictures of docs/walk-*.md into
docs/pictures. All but the enrolment are also tests, with only the keyboard and without JavaScript.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from api.cli.services import open_cli_services
from api.input_files.source import NamedFile
from api.overview.cycles import create_cycle
from tests.browser.touching import Finger, cell
from tests.browser.walk_of_aide import aide
from tests.browser.walk_of_office import office
from tests.browser.walking import PHONE, WIDE, Camera, press, press_button

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Server

ROOT = Path(__file__).parents[2]
UNTIDY = ROOT / "docs" / "how-to" / "untidy-lists"
SAMPLE = resources.files("api.participants") / "sample"
_SECONDS = 60
APPLICATION = (
    ("Name", "Besa Shembull"),
    ("Country/territory", "Shqipëri"),
    ("How many people could you coach?", "2"),
    ("Languages", "shqip; anglisht C1"),
    ("When you are free every week", "Fri 14-15"),
    ("Rank", "OF-5"),
    ("Topics", "leadership; recruitment"),
)
"""The field labels of an application, and the values that a coach enters."""
DOUBLED = 'T-03,Besa Shembul,b.shembull@example.org,Shqipëri,shqip,"e hënë 9-12",1\n'


def two_spreadsheets(browser: Browser, server: Server, camera: Camera) -> None:
    """Import two untidy lists into a cycle, by keyboard alone and without JavaScript."""
    page = browser.new_context(java_script_enabled=False, viewport=WIDE).new_page()
    server.sign_in_manager(page)
    cycle = _create_cycle(server, (UNTIDY / "cycle.toml").read_bytes())
    page.goto(cycle)
    _bring(page, coachees=UNTIDY / "polaznici.csv", coaches=UNTIDY / "trajneret.csv")
    expect(page.get_by_text("Država")).to_be_visible()
    camera.shoot(page, "walk-lists-encoding")
    press_button(page, "Continue")
    expect(page.get_by_role("alert")).to_contain_text("BHS")
    camera.shoot(page, "walk-lists-faults")
    press(page, page.get_by_role("link", name="Upload corrected lists"))
    _bring(page, coachees=UNTIDY / "polaznici-corrected.csv", coaches=UNTIDY / "trajneret.csv")
    press_button(page, "Continue")
    expect(page.get_by_role("heading", name="Check the lists", exact=True)).to_be_visible()
    expect(page.locator("main")).to_contain_text("Đorđe Primer")
    camera.shoot(page, "walk-lists-preview")
    page.set_viewport_size(PHONE)
    camera.shoot(page, "walk-lists-preview")
    page.set_viewport_size(WIDE)
    press_button(page, "Use these lists")
    expect(page.locator("main")).to_contain_text("Besa Shembull")
    camera.shoot(page, "walk-lists-people")
    page.goto(cycle)
    press(page, page.locator("summary", has_text="Upload newer lists"))
    doubled = (UNTIDY / "trajneret.csv").read_text(encoding="utf-8") + DOUBLED
    _bring(page, coaches={"name": "trajneret.csv", "buffer": doubled.encode()})
    expect(page.locator("main")).to_contain_text("Besa Shembul")
    expect(page.locator("main")).to_contain_text("T-03")
    camera.shoot(page, "walk-lists-doubled")
    press_button(page, "Do not use them")
    page.wait_for_url(cycle)
    page.goto(f"{cycle}/people")
    expect(page.locator("main")).not_to_contain_text("T-03")


def enrolment(browser: Browser, server: Server, camera: Camera) -> None:
    """Open a call, let a coach apply on a phone and mark available times, and approve the coach."""
    office = browser.new_context(viewport=WIDE).new_page()
    call = open_call(office, server)
    phone = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True).new_page()
    _apply(phone, server, call, camera)
    office.reload()
    camera.shoot(office, "walk-enrolment-application")
    office.get_by_role("button", name="Add to the list Besa Shembull").click()
    expect(office.get_by_text("No applications are waiting for a decision.")).to_be_visible()
    _paint(phone, server, camera)


def open_call(office: Page, server: Server) -> str:
    """Open a call for coaches of a new cycle, on the office's page; return its link."""
    server.sign_in_manager(office)
    cycle = _create_cycle(server, (SAMPLE / "cycle.toml").read_bytes().partition(b"[pins]")[0])
    office.goto(f"{cycle}/applications")
    office.get_by_label("Who can apply").select_option("coach")
    office.locator("#last_day").fill("2027-02-28")
    office.get_by_role("button", name="Open the call").click()
    return office.locator("code").first.inner_text()


def _apply(phone: Page, server: Server, call: str, camera: Camera) -> None:
    mails = server.mails
    assert mails is not None
    phone.goto(call)
    camera.shoot(phone, "walk-enrolment-call")
    phone.get_by_label("Email address").fill("besa.shembull@example.org")
    before = len(mails.taken)
    phone.get_by_role("button", name="Send me a code").tap()
    phone.get_by_label("Code from the email").fill(mails.wait_for_code(before))
    camera.shoot(phone, "walk-enrolment-code")
    phone.get_by_role("button", name="Continue").tap()
    for label, text in APPLICATION:
        phone.get_by_label(label, exact=True).fill(text)
    camera.shoot(phone, "walk-enrolment-form")
    phone.get_by_role("button", name="Apply").tap()
    expect(phone.get_by_role("status")).to_be_visible()
    camera.shoot(phone, "walk-enrolment-received")


def _paint(phone: Page, server: Server, camera: Camera) -> None:
    mails = server.mails
    assert mails is not None
    phone.goto(link_in_mail(server))
    before = len(mails.taken)
    phone.get_by_role("button", name="Send me a code by email").tap()
    phone.get_by_label("Code from the email").fill(mails.wait_for_code(before))
    phone.locator("#verification").get_by_role("button").first.tap()
    expect(phone.get_by_role("heading", name="When you are free every week")).to_be_visible()
    finger = Finger(phone)
    finger.tap(phone.get_by_role("button", name="Paint"))
    finger.drag(cell(phone, "mon-0900"), cell(phone, "mon-1130"))
    finger.tap(phone.get_by_role("button", name="Copy Monday to the other weekdays"))
    phone.wait_for_timeout(500)  # until the highlight of the tap has faded
    camera.shoot(phone, "walk-enrolment-week")
    finger.tap(phone.get_by_role("button", name="Save the marked times"))
    expect(phone.get_by_role("status")).to_be_visible()


def link_in_mail(server: Server) -> str:
    """Return the link in the email to the person who was added, waiting until the email arrives."""
    assert server.mails is not None
    ends = time.monotonic() + _SECONDS
    while time.monotonic() < ends:
        for taken in server.mails.taken:
            if found := re.search(r"http\S+/p/\S+/details", taken.text):
                return found[0]
        time.sleep(0.1)
    raise AssertionError("no email with a link was sent")


def _create_cycle(server: Server, policy: bytes) -> str:
    with open_cli_services(server.folder) as services:
        cycle = create_cycle(services, NamedFile("cycle.toml", policy))
    return f"{server.base}/cycles/{cycle.id}"


def _bring(page: Page, **files: object) -> None:
    """Select files in the form, and upload them for checking."""
    for name, file in files.items():
        chosen = file if isinstance(file, Path) else {"mimeType": "text/csv", **file}  # type: ignore[dict-item]
        page.locator(f"#{name}").set_input_files(chosen)  # type: ignore[arg-type]
    press_button(page, "Check the lists")


def main() -> int:
    """Perform all walks, and write the pictures; return 1 if there is no browser, otherwise 0."""
    from tests.browser.conftest import open_browser, serving_with_mail  # noqa: PLC0415 - pytest

    camera = Camera(ROOT / "docs" / "pictures")
    with open_browser() as browser:
        if browser is None:
            return 1
        for walk in (two_spreadsheets, enrolment, aide, office):
            with (
                tempfile.TemporaryDirectory() as folder,
                serving_with_mail(Path(folder)) as server,
            ):
                walk(browser, server, camera)
    return 0


if __name__ == "__main__":
    sys.exit(main())
