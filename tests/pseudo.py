"""Detection of untranslatable text in output that was rendered in the pseudo-locale.

In the pseudo-locale, every letter of a message has an accent, so an unaccented letter is either
data or text that is missing from the catalogues.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from html.parser import HTMLParser

LANGUAGE = "en-XA"
_SHOWN_ATTRIBUTES = {"title", "placeholder", "alt", "aria-label", "aria-description"}
_BUTTONS = {"submit", "button", "reset"}
_TECHNICAL = {  # data-* attributes that contain no text
    *(
        "data-address",
        "data-draft",
        "data-draft-fields",
        "data-draft-key",
        "data-draft-part",
        "data-drafts-end",
        "data-form",
        "data-go-on-to",
        "data-keep",
        "data-live",
        "data-live-part",
        "data-passkey",
    ),
}
_UNSEEN = {"script", "style", "code"}  # <code> contains commands, keys and secrets
_VOID = {"br", "hr", "img", "input", "link", "meta", "wbr"}
_LETTERS = re.compile(r"[A-Za-z]+")
_DATA = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?:https?|otpauth|mailto|webcal):\S+",
        r"\S+@\S+",  # email addresses, and the uids of calendar objects
        r"(?<!\w)[\w.-]+\.(?:csv|xlsx|toml|json|html|ics|zip|md|sqlite|eml|txt|svg)\b",
        r"(?<![\w.])[a-z_]+(?:\.[\w-]+)+",  # keys of cycle files: pins.C-01
        r"\b[A-Z][a-z]+/[A-Z][A-Za-z_]+\b",  # time zones: Europe/Belgrade
        r"\b(?:UTC|GMT|CET|CEST|EET|EEST)\b",
        r"\b(?:OF|OR)-\d+\b|\bCIV\b",  # ranks
        r"\b[CK]-\d+\b",  # people's ids
        r"\b[0-9a-f]{8,}\b",  # ids and checksums
        r"\b[a-z]{2,3}:[ABC][12]\b|\b[ABC][12]\b",  # languages with their level
        r"\b[A-Z]\d\b",  # codes of modules
    )
)

_TYPED = tuple(  # terminal input that commands print
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        r"\bgender-coach(?: [a-z]+)? [^[\n]*",  # a command to copy, without its comment
        r"--[a-z][a-z-]*",
        r"(?<![\w.])/[\w./-]+",  # paths
        r"\b(?:forms|inputs|invites)/[\w./-]*",  # in a results folder
        r"^\s*\[?[a-z_]+(?:\.[a-z_]+)+(?=:)",  # keys of the cycle file
    )
)
_OF_TYPER = tuple(  # the text of typer: placeholders, names and values
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        r"\[OPTIONS\]|\bCOMMAND \[ARGS\]\.\.\.|\[?\{[^}]*\}\]?|\[[a-z]+\]$",  # of the usage line
        r"(?<=^  --)[a-z-]+ [A-Z_]+(?:\.[a-z]+)?(?=  )",  # an option and its placeholder
        r"^  (?![\[ ])[\w.-]+",  # in the first column: names of commands, arguments and options
        r"^  \[[A-Z][\w.]*\](?= <)",  # an optional argument
        r"<[^<>]*>",  # the type of an argument
        r"(?<=\[ďéƒáúĺť:)\s+\S+",  # a default value
        r"\[?[\dx<=>]+\]",
    )
)


class _Reader(HTMLParser):
    """The texts of a page that are displayed, read aloud, or passed to scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._unseen = self._english = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if self._english or (attributes.get("lang") == "en" and tag != "html"):
            self._english += tag not in _VOID  # in English on purpose, and marked so
            return
        self._unseen += tag in _UNSEEN
        self.texts += [
            value
            for name, value in attributes.items()
            if name in _SHOWN_ATTRIBUTES or (name.startswith("data-") and name not in _TECHNICAL)
        ]
        if tag == "input" and attributes.get("type") in _BUTTONS:
            self.texts.append(attributes.get("value", ""))
        if tag == "meta" and attributes.get("name") == "description":
            self.texts.append(attributes.get("content", ""))

    def handle_endtag(self, tag: str) -> None:
        if self._english:
            self._english -= 1
        else:
            self._unseen -= tag in _UNSEEN

    def handle_data(self, data: str) -> None:
        if not self._unseen and not self._english and data.strip():
            self.texts.append(data)


def visible_texts(page: str) -> list[str]:
    """Return the text nodes of HTML or SVG, and the values of attributes that contain text."""
    return _Reader(page).texts


def unaccented(text: str, data: Iterable[str] = ()) -> list[str]:
    """Return the words with unaccented letters in a text, except data.

    Args:
        text: plain text.
        data: words and phrases entered by people, such as names. Codes, addresses, ids, file names
            and time zones need not be listed.
    """
    text = " ".join(text.split())
    for pattern in (_any_of(tuple(data)), *_DATA):
        text = pattern.sub(" ", text)
    return [word for word in re.findall(r"[^\W\d_]+", text) if _LETTERS.search(word)]


@cache
def _any_of(phrases: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(phrases, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first)) or '(?!)'})(?!\w)")


def unaccented_in_page(page: str, data: Iterable[str] = ()) -> list[str]:
    """Return the texts of HTML or SVG that contain words with unaccented letters, except data."""
    known = tuple(data)
    return [
        f"{' '.join(text.split())!r}: {', '.join(words)}"
        for text in visible_texts(page)
        if (words := unaccented(text, known))
    ]


def unaccented_in_output(output: str, data: Iterable[str] = ()) -> list[str]:
    """Return the lines of a command's output that contain unaccented letters, except data.

    Commands to copy, options, paths and keys of the cycle file need not be listed in `data`.
    """
    known = tuple(data)
    for pattern in _TYPED:
        output = pattern.sub("", output)
    return [
        f"{line!r}: {', '.join(words)}"
        for line in output.splitlines()
        if (words := unaccented(line, known))
    ]


def unaccented_in_help(output: str) -> list[str]:
    """Return the lines of a command's help that contain unaccented letters, except typer's text."""
    for pattern in _OF_TYPER:
        output = pattern.sub("", output)
    return unaccented_in_output(output)
