"""Normalises names and words for comparison, ignoring case, accents, script and punctuation."""

from __future__ import annotations

import re
import unicodedata

_CYRILLIC = "абвгдежзијклмнопрстуфхцчшћђљњѓќѕџйщъьыэюяёіїєґ"
_LATIN = (
    "a b v g d e z z i j k l m n o p r s t u f h c c s c d lj nj g k dz dz j st a  i e ju ja e i i"
    " e g"
)
"""The Latin equivalent of each letter in `_CYRILLIC`, without accents."""
_UNACCENTED = {"đ": "d", "ð": "d", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "þ": "th"}
_LETTERS = str.maketrans(dict(zip(_CYRILLIC, _LATIN.split(" "), strict=True)) | _UNACCENTED)
_DIGRAPHS = {"dj": "d", "gj": "g", "kj": "k", "zh": "z", "sh": "s", "ch": "c", "y": "j"}
"""Transliterations in passports and in names without accents: Djordjevic, Zhivko, Aleksiy."""
_OPTIONAL_PART = re.compile(r"\(.*?\)|\*")
_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015.,']+")


def folded(text: str) -> str:
    """Return a text normalised for comparison, ignoring case, accents and script.

    Hyphens, full stops, commas and apostrophes become spaces, and repeated spaces become one.
    `Đorđević`, `ĐORĐEVIĆ`, `Djordjevic` and `Ђорђевић` all yield the same result.
    """
    composed = unicodedata.normalize("NFC", text.casefold()).translate(_LETTERS)
    apart = unicodedata.normalize("NFKD", composed)
    plain = "".join(letter for letter in apart if not unicodedata.combining(letter))
    for letters, letter in _DIGRAPHS.items():
        plain = plain.replace(letters, letter)
    return _SEPARATORS.sub(" ", plain).strip()


def header_key(header: str) -> str:
    """Return a folded header without spaces, punctuation or text in parentheses."""
    return re.sub(r"[\W_]+", "", _OPTIONAL_PART.sub("", folded(header)))
