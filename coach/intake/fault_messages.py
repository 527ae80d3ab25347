"""Helpers for fault messages: quoting, suggestions and enumerations."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

WHOLE_FILE = "file"  # the column of faults that concern an entire row or file
_MAX_QUOTED_LENGTH = 60


def quoted(value: object) -> str:
    """Quote a value on one line, shortened, with unprintable characters escaped."""
    text = " ".join(str(value).split())
    if len(text) > _MAX_QUOTED_LENGTH:
        text = text[: _MAX_QUOTED_LENGTH - 1] + "…"
    return "'" + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text) + "'"


def nearest(word: str, words: Iterable[str]) -> str | None:
    """Return the closest match for `word` in `words`, ignoring case, or `None` if none is close."""
    if len(word) > _MAX_QUOTED_LENGTH:
        return None
    by_key = {known.casefold(): known for known in words}
    near = get_close_matches(word.casefold(), by_key, n=1)
    return by_key[near[0]] if near else None


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """Return `"; did you mean 'x'?"`, or an empty string if there is no close match."""
    near = nearest(word, words)
    return f"; did you mean '{near}'?" if near is not None else ""


def join_words(words: Iterable[str], last: str = "or") -> str:
    """Join words as `a, b or c`."""
    *firsts, end = words
    return f"{', '.join(firsts)} {last} {end}" if firsts else end
