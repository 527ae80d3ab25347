"""The design page shows every component, and the design document names every token."""

from __future__ import annotations

import re
from pathlib import Path

from fastapi.testclient import TestClient

from api.web.templating import static_file
from tests.design.__main__ import design_app

CSS = static_file("style.css").decode()
DOCUMENT = Path(__file__).parents[2] / "docs" / "design.md"
NOT_OF_A_COMPONENT = {"painting", "narrow"}  # set by a script, or on a whole page


def test_design_page_shows_every_class_of_the_stylesheet() -> None:
    rules = re.sub(r"/\*.*?\*/", "", CSS, flags=re.DOTALL)
    selectors = " ".join(re.findall(r"([^{};]+)\{", rules))
    classes = set(re.findall(r"\.([a-z][a-z-]*)", selectors)) - NOT_OF_A_COMPONENT
    page = TestClient(design_app()).get("/design").text
    shown = {name for value in re.findall(r'class="([^"]*)"', page) for name in value.split()}
    assert classes - shown == set()


def test_document_names_every_token() -> None:
    defined = set(re.findall(r"--([a-z-]+):", CSS))
    assert defined == set(re.findall(r"`--([a-z-]+)`", DOCUMENT.read_text(encoding="utf-8")))
