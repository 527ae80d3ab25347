"""Domain errors, whose messages say what is wrong, where, and what to do about it.

They know nothing about HTTP or exit codes; `api` maps them to both in one table.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class DomainError(Exception):
    """Base class of all errors with a message for the user."""


@dataclass(frozen=True, slots=True, order=True)
class InputFault:
    """One fault at one place in an input file.

    Attributes:
        file: the file's name as the user gave it.
        row: the line number as an editor or spreadsheet shows it; a table's header is row 1.
        column: the header of a table's column, or a dotted key of the cycle file.
        message: what is wrong and what would be accepted.
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
    """The object does not exist, or the user may not know that it does."""


class ConflictError(DomainError):
    """The object's current state does not allow this; the message names the state."""


class NotAllowedError(DomainError):
    """The user is authenticated but not permitted to do this."""


class NotSignedInError(DomainError):
    """Nobody is signed in, or the sign-in has expired."""


class ConfirmFirstError(NotAllowedError):
    """The last authentication is too old for this action; the user must confirm it again."""


class UnreachableError(DomainError):
    """An external server that this needs does not respond."""
