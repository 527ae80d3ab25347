"""Patterns that find names and other words, however apostrophes and accents are typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

from coach.folding import folded

APOSTROPHES = "'\u2018\u2019\u02bc"  # devices use different apostrophes


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


def without_names(entries: Iterable[str], names: frozenset[str]) -> Iterator[str]:
    """Yield the entries that do not match any of `names`, ignoring word order and script.

    Entries that consist of words of a name, or contain all words of a name, are omitted too.
    """
    words_of_names = _word_sets(names)
    for entry in entries:
        words = _words(entry)
        if not any(words <= of_name or words >= of_name for of_name in words_of_names):
            yield entry


@lru_cache(maxsize=1)
def _word_sets(names: frozenset[str]) -> frozenset[frozenset[str]]:
    return frozenset(filter(None, map(_words, names)))


def _words(name: str) -> frozenset[str]:
    return frozenset(folded(name).split())
