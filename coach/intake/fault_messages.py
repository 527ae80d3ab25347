"""Helpers for error messages: excerpts of invalid values, and suggestions."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from coach.intake import facts
from coach.texts.facts import Fact

WHOLE_FILE = "file"  # the column of faults that concern an entire row or file
_MAX_EXCERPT_LENGTH = 60


def excerpt(value: object) -> str:
    """Return a value shortened to one line, with unprintable characters escaped."""
    text = " ".join(str(value).split())
    if len(text) > _MAX_EXCERPT_LENGTH:
        text = text[: _MAX_EXCERPT_LENGTH - 1] + "…"
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def nearest(word: str, words: Iterable[str]) -> str | None:
    """Return the closest match for `word` in `words`, ignoring case, or `None` if none is close."""
    if len(word) > _MAX_EXCERPT_LENGTH:
        return None
    by_key = {known.casefold(): known for known in words}
    near = get_close_matches(word.casefold(), by_key, n=1)
    return by_key[near[0]] if near else None


def with_suggestion(message: Fact, suggestion: str | None) -> Fact:
    """Return the message, with a suggestion appended if there is one: `; did you mean 'x'?`."""
    if suggestion is None:
        return message
    return facts.DID_YOU_MEAN(message=message, suggestion=suggestion)
