"""The pseudo-locale: accented English, 40% longer, which reveals text outside the catalogues.

Text that is displayed without accents is missing from the catalogues, and a layout that breaks in
this locale would also break in a language with longer words. Placeholders and markup are unchanged.
"""

from __future__ import annotations

import re
from gettext import NullTranslations

_ACCENTED = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "áƀćďéƒǵĥíĵķĺḿńóṕɋŕśťúṽŵẋýźÁɃĆĎÉƑǴĤÍĴĶĹḾŃÓṔɊŔŚŤÚṼŴẊÝŹ",
)
_KEPT = re.compile(r"(\{[^{}]*\}|%\(\w+\)[sd]|%%|<[^<>]*>|&\w+;)")
_PADDING = "óḿńíśťéŕ"


def accented(text: str) -> str:
    """Return `text` with an accent on every letter, except in placeholders and markup."""
    parts = _KEPT.split(text)
    return "".join(part if odd else part.translate(_ACCENTED) for odd, part in _numbered(parts))


def pseudo_translation(text: str) -> str:
    """Return the pseudo-translation of a message: accented, 40% longer and in brackets.

    A message without letters is returned unchanged.
    """
    own = "".join(part for odd, part in _numbered(_KEPT.split(text)) if not odd)
    if not any(map(str.isalpha, own)):
        return text
    letters = len(own)
    extra = -(-letters * 2 // 5)
    padding = (_PADDING * (extra // len(_PADDING) + 1))[:extra]
    return f"[{accented(text)} {_in_words(padding)}]"


def _in_words(padding: str) -> str:
    """Break the padding into words, since a single long word would overflow any layout."""
    size = len(_PADDING)
    return " ".join(padding[at : at + size] for at in range(0, len(padding), size))


def _numbered(parts: list[str]) -> list[tuple[int, str]]:
    return [(number % 2, part) for number, part in enumerate(parts)]


class PseudoTranslations(NullTranslations):
    """A gettext catalogue that contains the pseudo-translation of every message."""

    def gettext(self, message: str) -> str:
        """Return the pseudo-translation of `message`."""
        return pseudo_translation(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the pseudo-translation of the singular or plural form, as `n` requires."""
        return pseudo_translation(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:  # noqa: ARG002 - all contexts alike
        """Return the pseudo-translation of `message`; the context makes no difference."""
        return pseudo_translation(message)

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:  # noqa: ARG002 - as above
        """Return the pseudo-translation of the singular or plural form, as `n` requires."""
        return self.ngettext(msgid1, msgid2, n)
