"""Accessibility of every page's markup: headings, labels, names and ids."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise
from typing import TYPE_CHECKING

import httpx
import pytest

from api.results.printable_forms import feedback_form, session_note_form
from tests.texts import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import SharedServer

OWN = {"Sec-Fetch-Site": "same-origin"}
NEEDS_LABEL = {"input", "textarea", "select"}
NAMED_BY_TEXT = {"a", "button", "h1", "h2", "h3", "summary", "legend", "label"}


class Reader(HTMLParser):
    """A parsed page: its elements with their attributes, and the texts that name elements."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[tuple[str, list[str]]] = []
        self._label_depth = 0
        self.unlabelled: list[dict[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        if tag == "label":
            self._label_depth += 1
        if tag in NEEDS_LABEL and not self._label_depth and attributes.get("type") != "hidden":
            self.unlabelled.append(attributes)
        if tag in NAMED_BY_TEXT:
            named = attributes.get("aria-label") or ""
            self._open.append((tag, [named]))

    def handle_endtag(self, tag: str) -> None:
        if tag == "label":
            self._label_depth -= 1
        if tag in NAMED_BY_TEXT:
            name, words = self._open.pop()
            assert name == tag, f"<{name}> is closed by </{tag}>"
            self.texts.append((tag, "".join(words).strip()))

    def handle_data(self, data: str) -> None:
        for _, words in self._open:
            words.append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def check(page: str, address: str) -> None:
    reader = Reader(page)
    assert reader.of("html") == [{"lang": "en"}], address
    assert len(reader.of("h1")) == 1, f"{address}: not exactly one h1"
    assert len(reader.of("main")) == 1, address
    assert page.partition("<body>")[0].count("<title>") == 1, address
    identifiers = Counter(
        attributes["id"] for _, attributes in reader.elements if "id" in attributes
    )
    assert [name for name, count in identifiers.items() if count > 1] == [], address
    labelled = {attributes.get("for") for attributes in reader.of("label")}
    for attributes in reader.unlabelled:
        assert attributes.get("id") in labelled, f"{address}: {attributes} has no label"
    assert [tag for tag, words in reader.texts if not words] == [], (
        f"{address}: an element without a name"
    )
    levels = [int(tag[1]) for tag, _ in reader.elements if re.fullmatch("h[1-6]", tag)]
    jumps = [(one, two) for one, two in pairwise(levels) if two > one + 1]
    assert jumps == [], f"{address}: a heading level is skipped"
    for attributes in reader.of("th"):
        assert attributes.get("scope"), f"{address}: a header cell without scope"
    assert not [1 for _, attributes in reader.elements if "style" in attributes], address


@pytest.fixture(scope="module")
def pages(shared: SharedServer) -> Iterator[dict[str, str]]:
    """Return the HTML of each page, keyed by its path or a name."""
    world = shared.world
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1", "C-2": "K-1"}))
    draft = world.plan(cycle_id, world.result({"C-1": "K-1"}))
    with httpx.Client(base_url=shared.client.base_url, headers=OWN, timeout=30) as browser:
        world.sign_in(browser)
        listed = browser.get(f"/cycles/{cycle_id}/sessions").text
        session = re.findall(r'href="(/sessions/[0-9a-f]+)"', listed)[0]
        run = re.findall(r'href="(/runs/[0-9a-f]+)"', browser.get(f"/cycles/{cycle_id}").text)[0]
        coachee, coach = (f"/p/{world.link(cycle_id, code).secret}" for code in ("C-1", "K-1"))
        link = f"/people/{world.person_id(cycle_id, 'C-2')}/link"
        opened = {
            address: browser.get(address).text
            for address in (
                *("/", "/rules", "/nowhere", f"/sign-in/{world.sign_in_secret()}"),
                *(f"/cycles/{cycle_id}{rest}" for rest in ("", "/people", "/rules", "/sessions")),
                *(f"/cycles/{cycle_id}/messages", f"/plans/{draft}", run, session),
                *(coachee, f"{coachee}{session}", f"{coachee}{session}/feedback"),
                *(coach, f"{coach}/consent", f"{coach}{session}", f"{coach}{session}/note"),
            )
        }
        opened[link] = browser.post(link).text
        opened["faulty note"] = browser.post(f"{coach}{session}/note", data={}).text
        opened["faulty lists"] = browser.post(
            f"/cycles/{cycle_id}/people",
            files={"coachees": ("a.csv", b"id\n"), "coaches": ("b.csv", b"id\n")},
        ).text
        yield opened


def test_every_page_has_accessible_markup(pages: dict[str, str]) -> None:
    assert len(pages) == 22
    for address, page in pages.items():
        check(page, address)


def test_printable_forms_have_accessible_markup() -> None:
    check(session_note_form(ENGLISH).decode(), "session-note.html")
    check(feedback_form(ENGLISH).decode(), "feedback.html")
