"""Patterns that find names and other words, however apostrophes and accents are typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

APOSTROPHES = "'\u2018\u2019\u02bc"  # which one is used depends on the device


def normalise(text: str) -> str:
    """Return a text in Unicode NFC, so that equal accented letters compare equal."""
    return unicodedata.normalize("NFC", text)


def word_pattern(words: Iterable[str], flags: int = 0) -> re.Pattern[str]:
    """Return a pattern that matches any of `words` between word boundaries.

    The pattern matches nothing if there are no words.
    """
    ordered = sorted({*map(normalise, words)} - {""}, key=len, reverse=True)
    alternatives = "|".join(
        re.sub(f"[{APOSTROPHES}]", f"[{APOSTROPHES}]", re.escape(word)) for word in ordered
    )
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)" if alternatives else r"(?!)", flags)
