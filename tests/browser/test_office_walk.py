"""The walkthrough of the office, from an empty server to sent invitations and a re-match."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser.conftest import serving_with_mail
from tests.browser.walk_of_office import office
from tests.browser.walking import Camera

if TYPE_CHECKING:
    from playwright.sync_api import Browser

DOCUMENT = Path(__file__).parents[2] / "docs" / "walk-office.md"


def test_office_needs_the_presses_of_the_document_by_keyboard_and_without_script(
    browser: Browser, tmp_path: Path
) -> None:
    told = DOCUMENT.read_text("utf-8")
    with serving_with_mail(tmp_path) as server:
        pressed = office(browser, server, Camera())
    assert pressed == re.findall(r"^\d+\. \*\*(.+?)\*\*", told, re.MULTILINE)
    assert f"{len(pressed)} presses" in told
