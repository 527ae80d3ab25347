"""The family of errors: what is wrong, where, and what to do about it.

The family knows nothing of HTTP or exit codes; `api` maps it to both in one table.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class DomainError(Exception):
    """Base of all errors with a message for people."""


@dataclass(frozen=True, slots=True, order=True)
class InputFault:
    """One fault at one place of an input file.

    Attributes:
        file: the file's name as the person gave it.
        row: the line as an editor or a spreadsheet counts it; 1 is the header of a table.
        column: a table's column by its header, or the dotted key of a cycle file.
        message: what is wrong and what would be right.
    """

    file: str
    row: int
    column: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.row}:{self.column}: {self.message}"


class UnusableInputError(DomainError):
    """An input was rejected as a whole; `faults` holds every reason, in reading order."""

    def __init__(self, faults: Iterable[InputFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


class NotFoundError(DomainError):
    """The thing does not exist, or this person may not know that it does."""


class ConflictError(DomainError):
    """The state of the thing does not allow this; the message names the state."""


class NotAllowedError(DomainError):
    """Authenticated, but without the right to do this."""


class NotSignedInError(DomainError):
    """Nobody is signed in, or the sign-in has expired."""


class ConfirmFirstError(NotAllowedError):
    """Authenticated too long ago for this; it has to be confirmed again."""


class UnreachableError(DomainError):
    """A server of somebody else is needed for this, and does not respond."""
