"""A finding of the audit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something that is wrong in a result.

    Attributes:
        about: the object concerned, such as `match C-1 with K-2` or `level total`.
        message: what is wrong with it, in a sentence.
    """

    about: str
    message: str

    def __str__(self) -> str:
        return f"{self.about}: {self.message}"
