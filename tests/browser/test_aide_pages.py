"""An aide answers on a small phone, using only the keyboard and no JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.conftest import serving_with_mail
from tests.browser.walk_of_aide import aide
from tests.browser.walking import Camera

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser


def test_an_aide_declines_and_proposes_by_keyboard_and_without_script(
    browser: Browser, tmp_path: Path
) -> None:
    with serving_with_mail(tmp_path) as server:
        aide(browser, server, Camera())
