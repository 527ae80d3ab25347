"""Two untidy lists are imported on pages, using only the keyboard and no JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.walking import Camera
from tests.browser.walks import two_spreadsheets

if TYPE_CHECKING:
    from conftest import Server
    from playwright.sync_api import Browser


def test_untidy_lists_are_checked_and_used_by_keyboard_and_without_script(
    browser: Browser, server: Server
) -> None:
    two_spreadsheets(browser, server, Camera())
