"""The layout of every email with texts that are 40 % longer, on phones, in light and dark mode.

`MAIL_PICTURES=FOLDER` in the environment writes a picture of each email to that folder, and
`MAIL_LANGUAGE=en` uses English instead of the pseudo-locale.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.api.texts.test_pseudo_mails import every_mail
from tests.browser.conftest import browser
from tests.pseudo import LANGUAGE

if TYPE_CHECKING:
    from conftest import World
    from playwright.sync_api import Browser

    from api.settings import Settings
    from tests.api.sending_office import SendingOffice

__all__ = ["browser"]
WIDTHS = (320, 390)
FAULTS = """
() => {
  const wide = document.documentElement.scrollWidth > window.innerWidth ? ["scrolls sideways"] : [];
  const overflowing = [...document.querySelectorAll("p, a, li, h1, h2")].filter((one) => {
    const text = document.createRange();
    text.selectNodeContents(one);
    const [inner, outer] = [text.getBoundingClientRect(), one.getBoundingClientRect()];
    return inner.width > 0 && (inner.left < outer.left - 1 || inner.right > outer.right + 1
      || inner.top < outer.top - 1 || inner.bottom > outer.bottom + 1);
  });
  const small = [...document.querySelectorAll("a.button")].filter(
    (one) => one.getBoundingClientRect().height < 44);
  return [...wide, ...overflowing.map((one) => `clipped: ${one.textContent.trim()}`),
    ...small.map((one) => `small button: ${one.textContent.trim()}`)];
}
"""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    deployment = settings.deployment.model_copy(update={"names_coach": True})
    language = os.environ.get("MAIL_LANGUAGE", LANGUAGE)
    return settings.model_copy(update={"language": language, "deployment": deployment})


@pytest.mark.slow
def test_no_email_scrolls_sideways_or_clips_its_text_on_a_phone(
    office_mail: SendingOffice, world: World, browser: Browser
) -> None:
    assert world
    shown = {}
    for name, mails in every_mail(office_mail).items():
        for mail in mails:
            html = mail.get_body(("html",))
            assert html is not None
            shown.setdefault(f"{name}: {str(mail['Subject'])[:24]}", html.get_content())
    page = browser.new_page()
    faults = []
    for name, html in shown.items():
        page.set_content(html)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 700})
            faults += [f"{name} at {width}: {fault}" for fault in page.evaluate(FAULTS)]
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            if folder := os.environ.get("MAIL_PICTURES"):
                file = f"{name.partition(':')[0]}-{len(html)}-{scheme}.png".replace(" ", "-")
                page.screenshot(path=Path(folder) / file, full_page=True)
    page.close()
    assert len(shown) > 10
    assert faults == [], "\n".join(faults)
