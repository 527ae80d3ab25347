"""A finding of the audit."""

from __future__ import annotations

from dataclasses import dataclass

from coach.texts.facts import Displayed
from coach.texts.renderer import english


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault that the audit found in a result.

    Attributes:
        about: the object concerned, such as `match C-1 with K-2` or `level total`.
        message: what is wrong with the object, as a phrase that follows `about`.
    """

    about: Displayed
    message: Displayed

    def __str__(self) -> str:
        return f"{english(self.about)}: {english(self.message)}"
