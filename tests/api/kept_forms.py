"""Forms that keep drafts of typed text, and the reasons why other forms do not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

NOT_KEPT = {
    r"/sign-in(/.*)?": "a password and a code",
    r"/account(/confirm)?|/confirm": "passwords and codes",
    r"/p/LINK/(verify|pin|address/confirm)(/code)?": "a code or a PIN",
    r"/p/LINK/notes/.*": "a passphrase or a recovery code",
    r"/plans/ID/people/ID/other-coaches": "a day and a number, on a page that is compressed",
    r"/account/tokens|/users/new|/webhooks|/mail-check(/received)?|/p/LINK/aides": (
        "a line or two, and the response is always a page, so success looks like a fault"
    ),
    r"/p/LINK/handed-over": "two lines, on a page that a link alone opens",
    r"/join/LINK(/code|/application)?": "open to everybody, who would share the drafts",
}
"""The reasons why certain forms with text fields keep no draft, keyed by address."""
_TYPED = {"text", "number", "date", "time", "email", "url", "tel"}
_SECRET = re.compile(r"pass(word|phrase)|\bpin\b|\bcode\b|secret|recovery")
_VOID = {"hidden", "submit", "button"}
_CODES_OF_MODULES = "/curriculum/add"


@dataclass
class Form:
    """A form of a page.

    Attributes:
        address: the URL to which the form is submitted.
        is_kept: whether the form keeps a draft, of all fields or of named ones.
        keeps_all: whether the draft contains all fields.
        has_texts: whether the form has a text field.
        secrets: the names of the fields for secrets.
    """

    address: str
    is_kept: bool
    keeps_all: bool
    has_texts: bool = False
    secrets: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._form: Form | None = None  # also inside a form that is submitted with GET
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            keeps_all = "data-keep" in given
            kept = keeps_all or "data-draft" in given
            self._form = Form(given.get("action") or "", kept, keeps_all)
            if given.get("method") == "post":
                self.forms.append(self._form)
        if tag not in {"input", "textarea"} or self._form is None:
            return
        kind = "text" if tag == "textarea" else given.get("type") or "text"
        name, form = given.get("name") or "", self._form
        form.has_texts |= kind in _TYPED and bool(name)
        told = kind == "password" or given.get("autocomplete") == "one-time-code"
        named = _SECRET.search(name) and form.address != _CODES_OF_MODULES
        if kind not in _VOID and (told or named):
            form.secrets.append(name)


def forms_of(page: str) -> Iterator[Form]:
    """Yield the forms on a page that are submitted with POST and have text fields."""
    yield from (form for form in _Reader(page).forms if form.has_texts)


def normalised(address: str) -> str:
    """Return an address with placeholders for ids and secret links."""
    address = re.sub(r"(?<=/)[\w-]{43}(?=/|$)", "LINK", address.partition("?")[0])
    return re.sub(r"\b[0-9a-f]{20}\b", "ID", address)


def unexplained(pages: dict[str, str]) -> dict[str, str]:
    """Return the URL of a form that neither keeps a draft nor is listed, keyed by page name."""
    return {
        name: normalised(form.address)
        for name, page in pages.items()
        for form in forms_of(page)
        if not form.is_kept
        and not any(re.fullmatch(known, normalised(form.address)) for known in NOT_KEPT)
    }
