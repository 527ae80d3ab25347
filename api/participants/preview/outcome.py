"""The outcome of reading uploaded lists: people, understood values, faults and questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from api.input_files.source import NamedFile
from api.participants.rows import Side
from api.values import FrozenModel
from coach.errors import InputFault
from coach.feedback import SingleLineText
from coach.intake.columns import PeopleKind
from coach.people import Coach, Coachee, Roster
from coach.texts.facts import Fact

KINDS = {Side.COACHEE: PeopleKind.COACHEES, Side.COACH: PeopleKind.COACHES}
"""The kind of people on each side."""
_ShortText = Annotated[str, Field(max_length=100), SingleLineText]


class Located(FrozenModel):
    """A message about a place in a file."""

    file: str
    row: int
    column: str
    message: Fact | str

    @staticmethod
    def of(faults: Iterable[InputFault]) -> tuple[Located, ...]:
        """Return faults, warnings and other located messages for storage."""
        return tuple(
            Located(file=one.file, row=one.row, column=one.column, message=one.message)
            for one in faults
        )

    def fault(self) -> InputFault:
        """Return the message as a fault."""
        return InputFault(self.file, self.row, self.column, self.message)


class Encoding(StrEnum):
    """The encodings other than Unicode that are common for files from the region."""

    WINDOWS_1250 = "windows-1250"
    WINDOWS_1251 = "windows-1251"
    ISO_8859_2 = "iso8859-2"


class EncodingQuestion(FrozenModel):
    """A question about the encoding of a file.

    `words` is a word from the file, decoded in each possible encoding, most likely first.
    """

    side: Side
    file: str
    words: dict[Encoding, str]


class HeaderQuestion(FrozenModel):
    """A question about which column a header denotes.

    `samples` are values below the header, and `suggestion` is the column with the nearest name.

    `key` identifies the header in the answers.
    """

    side: Side
    file: str
    header: str
    key: str
    suggestion: str | None
    samples: tuple[str, ...]


class ListAnswers(FrozenModel):
    """The answers to the questions about one list.

    `headers` maps the key of a header to the name of a column, or to an empty text if the column is
    left out.
    """

    encoding: Encoding | None = None
    headers: dict[_ShortText, _ShortText] = Field(default_factory=dict)


class Outcome(FrozenModel):
    """The outcome of reading uploaded lists.

    Attributes:
        coachees: the coachees; `None` if their list was not uploaded, or if there are faults.
        coaches: as for `coachees`.
        rows: the row of each person in the files, keyed by side and id.
        understood: the values that were not in the standard format, and how they were read.
        warnings: possible mistakes that do not prevent the lists from being used.
        faults: the faults that prevent the lists from being used.
        encodings: questions about encodings; the files cannot be read until these are answered.
        headers: questions about headers.
    """

    coachees: tuple[Coachee, ...] | None = None
    coaches: tuple[Coach, ...] | None = None
    rows: dict[Side, dict[str, int]] = Field(default_factory=dict)
    understood: tuple[Located, ...] = ()
    warnings: tuple[Located, ...] = ()
    faults: tuple[Located, ...] = ()
    encodings: tuple[EncodingQuestion, ...] = ()
    headers: tuple[HeaderQuestion, ...] = ()

    @property
    def asks(self) -> bool:
        """Whether there are questions."""
        return bool(self.encodings or self.headers)

    def people(self, side: Side) -> tuple[Coachee, ...] | tuple[Coach, ...] | None:
        """Return the people on one side, or `None` if there is no list of them."""
        return self.coachees if side is Side.COACHEE else self.coaches

    def roster(self, current: Roster) -> Roster:
        """Return the cycle's roster with these lists; `current` supplies any list not uploaded."""
        return Roster(
            coachees=current.coachees if self.coachees is None else self.coachees,
            coaches=current.coaches if self.coaches is None else self.coaches,
        )


UploadedFiles = Mapping[Side, NamedFile]
"""One or both uploaded files, keyed by side."""
