"""Domain errors. Their messages explain what is wrong, where, and what to do about it.

The errors are independent of HTTP and exit codes; `api.error_mapping` maps them to both.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class DomainError(Exception):
    """Base class for errors whose message is shown to the user."""


@dataclass(frozen=True, slots=True, order=True)
class InputFault:
    """A fault at a specific location in an input file.

    Attributes:
        file: the name of the file as given by the user.
        row: the line or row number as shown by an editor or spreadsheet; the header is row 1.
        column: the column header, or the dotted key in a cycle file.
        message: what is wrong, and what is accepted instead.
    """

    file: str
    row: int
    column: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.row}:{self.column}: {self.message}"


class UnusableInputError(DomainError):
    """The input was rejected; `faults` lists every reason, in file order."""

    def __init__(self, faults: Iterable[InputFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


class NotFoundError(DomainError):
    """The object does not exist, or the user may not learn that it exists."""


class ConflictError(DomainError):
    """The operation is not possible in the object's current state, which the message names."""


class NotAllowedError(DomainError):
    """The user is authenticated but lacks permission for the operation."""


class NotSignedInError(DomainError):
    """The user is not signed in, or the sign-in has expired."""


class ConfirmFirstError(NotAllowedError):
    """The user's last authentication is too old for this action and must be repeated."""


class UnreachableError(DomainError):
    """A required external server does not respond."""
