"""Domain errors. Their messages explain the problem, its location, and a solution.

The errors are independent of HTTP and exit codes; `api.error_mapping` maps them to both.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from coach import facts
from coach.texts.facts import Displayed
from coach.texts.renderer import english


class DomainError(Exception):
    """Base class for errors that have a message for the user, the fact `shown`."""

    def __init__(self, shown: Displayed) -> None:
        self.shown = shown
        super().__init__(shown)

    def __str__(self) -> str:
        return english(self.shown)


class InvalidValueError(ValueError):
    """Raised by a validator of a pydantic model to reject a value; `shown` is the message."""

    def __init__(self, shown: Displayed) -> None:
        self.shown = shown
        super().__init__(shown)

    def __str__(self) -> str:
        return english(self.shown)


@dataclass(frozen=True, slots=True)
class InputFault:
    """A fault at a specific location in an input file.

    Attributes:
        file: the name of the file as given by the user.
        row: the line or row number as shown by an editor or spreadsheet; the header is row 1.
        column: the column header, or the dotted key in a cycle file.
        message: the problem, and the accepted values.
    """

    file: str
    row: int
    column: str
    message: Displayed

    def __str__(self) -> str:
        return self.line(english(self.message))

    def line(self, sentence: str) -> str:
        """Return a line for a terminal: the location, then `sentence`, the text of the message."""
        return f"{self.file}:{self.row}:{self.column}: {sentence}"


class UnusableInputError(DomainError):
    """The input was rejected; `faults` lists the reasons."""

    def __init__(self, faults: Iterable[InputFault]) -> None:
        self.faults = tuple(faults)
        files = dict.fromkeys(fault.file for fault in self.faults)
        super().__init__(facts.FAULTS(count=len(self.faults), files=files))

    @property
    def by_column(self) -> dict[str, Displayed]:
        """The message for each column or field, or the last one if there are several."""
        return {fault.column: fault.message for fault in self.faults}

    def __str__(self) -> str:
        return "\n".join(map(str, self.faults))


class NegativeAnswerError(DomainError):
    """A check was completed with a negative result."""


class NotFoundError(DomainError):
    """The object does not exist, or the user may not learn that it exists."""


class ConflictError(DomainError):
    """The operation is not possible in the object's current state, which the message states."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A field whose stored and submitted values differ, with both values as text."""

    field: str
    stored: str
    submitted: str


def differing(
    stored: Mapping[str, object], submitted: Mapping[str, object], within: str = ""
) -> tuple[Difference, ...]:
    """Return the fields of `submitted` whose JSON values differ from those in `stored`.

    The names of nested fields contain full stops, such as `scale.expected`. `within` is the prefix
    of all names.
    """
    found: list[Difference] = []
    for field, value in submitted.items():
        name, before = f"{within}{field}", stored.get(field)
        if isinstance(value, Mapping) and isinstance(before, Mapping):
            found += differing(before, value, f"{name}.")
        elif value != before:
            found.append(Difference(name, _text(before), _text(value)))
    return tuple(found)


def _text(value: object) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)


class ChangedSinceError(ConflictError):
    """Another user has changed the object since this user saw it; `shown` describes the change.

    `differences` are the fields in which the stored object differs from the submitted one.
    """

    def __init__(self, shown: Displayed, differences: Iterable[Difference] = ()) -> None:
        super().__init__(shown)
        self.differences = tuple(differences)


class NotAllowedError(DomainError):
    """The user is authenticated but lacks permission for the operation."""


class NotSignedInError(DomainError):
    """The user is not signed in, or the sign-in has expired."""


class ConfirmFirstError(NotAllowedError):
    """The user's last authentication is too old for this action and must be repeated."""


class ConfirmChangeError(NotAllowedError):
    """The user has to confirm a change to their sign-in methods with a current method."""


class VerifyFirstError(NotAllowedError):
    """The holder of a secret link has to prove who they are before this action."""


class SecondFactorFirstError(NotAllowedError):
    """The user has no second factor yet, and has to set one up first."""


class BusyError(DomainError):
    """The server is busy; nothing was changed. Try again after `retry_after_seconds`."""

    def __init__(self, shown: Displayed, retry_after_seconds: int) -> None:
        super().__init__(shown)
        self.retry_after_seconds = retry_after_seconds


class TooManyAttemptsError(BusyError):
    """There were too many failed attempts to sign in."""


class UnreachableError(DomainError):
    """A required external server does not respond."""
