"""What was read from uploaded lists: people, how values were understood, faults, questions."""

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
"""The kind of people of each side."""
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
    """The encodings that files of the region have if they are not Unicode."""

    WINDOWS_1250 = "windows-1250"
    WINDOWS_1251 = "windows-1251"
    ISO_8859_2 = "iso8859-2"


class EncodingQuestion(FrozenModel):
    """Is the encoding of a file right?

    `words` is a word of the file, read in each encoding that is possible, the likely one first.
    """

    side: Side
    file: str
    words: dict[Encoding, str]


class HeaderQuestion(FrozenModel):
    """What does a header mean? `samples` are values below it, `suggestion` is a column.

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

    `headers` has the name of a column, or an empty text for a column to leave out, by the key of
    the header.
    """

    encoding: Encoding | None = None
    headers: dict[_ShortText, _ShortText] = Field(default_factory=dict)


class Outcome(FrozenModel):
    """What was read from uploaded lists.

    Attributes:
        coachees: the coachees; `None` if no such list was uploaded, or if there are faults.
        coaches: as for `coachees`.
        rows: the row of each person in the files, by side and id.
        understood: how values in other forms than those of the reference were read.
        warnings: what may be wrong in the lists, although they can be used.
        faults: why the lists cannot be used.
        encodings: questions about encodings; the files cannot be read before they are answered.
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
        """Return the people of one side; `None` if there is no list of them."""
        return self.coachees if side is Side.COACHEE else self.coaches

    def roster(self, current: Roster) -> Roster:
        """Return the people of the cycle with these lists; those of other lists are `current`."""
        return Roster(
            coachees=current.coachees if self.coachees is None else self.coachees,
            coaches=current.coaches if self.coaches is None else self.coaches,
        )


UploadedFiles = Mapping[Side, NamedFile]
"""The uploaded files by side; at least one."""
