"""A finding of the audit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A fault that the audit found in a result.

    Attributes:
        about: the object concerned, such as `match C-1 with K-2` or `level total`.
        message: what is wrong with the object, as a phrase that follows `about`.
    """

    about: str
    message: str

    def __str__(self) -> str:
        return f"{self.about}: {self.message}"
