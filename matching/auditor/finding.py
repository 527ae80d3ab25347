"""A finding of the audit."""

from __future__ import annotations

from dataclasses import dataclass

from coach.texts.facts import Displayed, Fact
from coach.texts.renderer import english
from matching.facts.findings import FINDING


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault that the audit found in a result.

    Attributes:
        about: the object concerned, such as `match C-1 with K-2` or `level total`.
        message: what is wrong with the object, as a phrase that follows `about`.
    """

    about: Displayed
    message: Displayed

    @property
    def shown(self) -> Fact:
        """The finding as a fact that is displayed on a single line."""
        return FINDING(about=self.about, finding=self.message)

    def __str__(self) -> str:
        return english(self.shown)
