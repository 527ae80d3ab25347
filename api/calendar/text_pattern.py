"""Texts with gaps, which are rendered once and then filled in for each message."""

from __future__ import annotations

import re
from collections.abc import Mapping


class TextPattern:
    """A text with named gaps. It is split once, so that filling the gaps is a single join.

    Attributes:
        names: the names of the gaps that occur in the text.
    """

    def __init__(self, text: bytes, gaps: Mapping[bytes, str]) -> None:
        """Split `text` at each occurrence of a key of `gaps`; the value is the gap's name."""
        pieces = re.split(b"(" + b"|".join(map(re.escape, gaps)) + b")", text)
        self._pieces = pieces
        self._names = [(place, gaps[pieces[place]]) for place in range(1, len(pieces), 2)]
        self.names = frozenset(name for _place, name in self._names)

    def fill(self, values: Mapping[str, bytes]) -> bytes:
        """Return the text with each gap replaced by the value for its name."""
        pieces = self._pieces.copy()
        for place, name in self._names:
            pieces[place] = values[name]
        return b"".join(pieces)
