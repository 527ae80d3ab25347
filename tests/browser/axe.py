"""Accessibility checks with axe-core, on the page that a browser displays."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_SCRIPT = Path(__file__).parents[1] / "node" / "node_modules" / "axe-core" / "axe.min.js"
_RUN = """
async () => (await axe.run({ resultTypes: ["violations"] })).violations.flatMap(
  ({ id, impact, nodes }) => nodes.map((node) => `${id} (${impact}): ${node.html.slice(0, 160)}`)
)
"""


def open_page_for_axe(browser: Browser) -> Page:
    """Open an empty page for loading axe-core; skip the test if axe-core is missing."""
    if not _SCRIPT.exists():
        pytest.skip("needs axe-core: npm install --prefix tests/node")
    return browser.new_page(bypass_csp=True)


def axe_findings(page: Page) -> list[str]:
    """Return violations of WCAG and of best practices, each with its rule, impact and element."""
    page.add_script_tag(path=_SCRIPT)
    found: list[str] = page.evaluate(_RUN)
    return found
