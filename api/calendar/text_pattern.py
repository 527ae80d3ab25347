"""Texts with placeholders: they are rendered once, and filled in for each message."""

from __future__ import annotations

import re
from collections.abc import Mapping


class TextPattern:
    """A text with named placeholders. It is split once, so that filling it in is a single join.

    Attributes:
        names: the names of the placeholders that occur in the text.
    """

    def __init__(self, text: bytes, placeholders: Mapping[bytes, str]) -> None:
        """Split `text` at each key of `placeholders`; the values are the names."""
        pieces = re.split(b"(" + b"|".join(map(re.escape, placeholders)) + b")", text)
        self._pieces = pieces
        self._names = [(place, placeholders[pieces[place]]) for place in range(1, len(pieces), 2)]
        self.names = frozenset(name for _place, name in self._names)

    def fill(self, values: Mapping[str, bytes]) -> bytes:
        """Return the text with each placeholder replaced by the value for its name."""
        pieces = self._pieces.copy()
        for place, name in self._names:
            pieces[place] = values[name]
        return b"".join(pieces)
