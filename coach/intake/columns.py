"""The columns of people files, each with its parser and description.

The file readers, the template workbook and the reference page all use this table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from coach.intake import cells, time_cells
from coach.intake.reference import ReadContext
from coach.people import RankSensitivity, Role, Service, Sex


class PeopleKind(StrEnum):
    """The kind of people in a file. The value is also the name of their sheet in a workbook."""

    COACHEES = "coachees"
    COACHES = "coaches"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a people file.

    Attributes:
        name: the column's header.
        read: parses a non-empty cell; raises `CellError` if it is invalid.
        description: a short description of the content.
        example: the content of the cell in the template's example row.
        required: whether every row must have a value.
        allowed: the permitted values, if the column is an enumeration.
    """

    name: str
    read: Callable[[str, ReadContext], Any]
    description: str
    example: str = ""
    required: bool = False
    allowed: tuple[str, ...] = ()


def _rank_text(text: str, _: ReadContext) -> str:
    """Return a rank code or title as text; its meaning depends on the row's country and service."""
    return cells.line(text)


_SHARED = (
    Column("id", cells.identifier, "Unique in this file; other cells refer to people by id.",
           "C-001", required=True),
    Column("name", cells.line, "As it should appear in invitations.", "Vesna Primjer",
           required=True),
    Column("email", cells.email, "Email address for invitations.", "vesna.primjer@example.org",
           required=True),
    Column("country", cells.country, "ISO 3166-1 alpha-2 code, or XK.", "ME", required=True),
    Column("languages", cells.languages,
           "In order of preference, separated by ';', each with a CEFR level: en:B2. "
           "Without a level: C1.", "cnr:C2; en:B2", required=True),
    Column("availability", time_cells.windows,
           "Weekly windows in the person's time zone, separated by ';': Mon 09:00-12:00.",
           "Mon 09:00-12:00; Wed 09:00-11:30", required=True),
    Column("unavailable", time_cells.date_ranges,
           "Dates or inclusive date ranges, separated by ';': 2027-02-01..2027-02-14.",
           "2027-02-01..2027-02-14; 2027-03-08"),
    Column("timezone", cells.timezone,
           "IANA name. Empty: the country's time zone (XK: Europe/Belgrade).", ""),
    Column("sex", cells.choice(Sex), "F, M, X or empty, as stated by the person.", "F",
           allowed=tuple(Sex)),
    Column("birth_year", cells.whole_number(1900, 2100), "Four digits, or empty.", "1979"),
    Column("service", cells.choice(Service), "Determines how a rank title is interpreted.", "land",
           allowed=tuple(Service)),
    Column("unit", cells.line, "A coachee is never matched with a coach from the same unit.",
           "1st Example Battalion"),
    Column("rank", _rank_text,
           "A code (OF-5, OR-8), a civilian equivalent (CIV~OF-6), CIV for no grade, "
           "or a title of the person's country and service.", "OF-4"),
)  # fmt: skip

_COACHEES_ONLY = (
    Column("role", cells.choice(Role), "The role of the coachee.", "commander", required=True,
           allowed=tuple(Role)),
    Column("rank_sensitivity", cells.choice(RankSensitivity),
           "How far below the coachee a coach may rank. Empty: standard.", "standard",
           allowed=tuple(RankSensitivity)),
    Column("uniformed_coach", cells.yes_no, "Whether the coach must be in uniform. Empty: no.",
           "no", allowed=("yes", "no")),
    Column("priority", cells.whole_number(1, 9),
           "1 to 9; 9 is the highest priority. Empty: 1.", "1", allowed=tuple("123456789")),
    Column("prefers", cells.entries, "Ids of coaches, separated by ';'.", ""),
    Column("refuses", cells.entries,
           "Ids of coaches, separated by ';'. No reason is required.", ""),
    Column("topics", cells.entries, "Topics for the sessions, separated by ';'.",
           "recruitment; leadership"),
)  # fmt: skip

_COACHES_ONLY = (
    Column("capacity", cells.whole_number(0, 50), "Maximum number of coachees, 0 to 50.", "2",
           required=True),
    Column("max_per_day", cells.whole_number(1, 100),
           "Maximum number of sessions a day. Empty: the cycle's limit.", ""),
    Column("max_per_week", cells.whole_number(1, 500),
           "Maximum number of sessions a week. Empty: the cycle's limit.", ""),
    Column("refuses", cells.entries,
           "Ids of coachees, separated by ';'. No reason is required.", ""),
    Column("topics", cells.entries, "Expertise, separated by ';'.", "recruitment; leadership"),
    Column("chain_of_command", cells.entries,
           "Ids of coachees, or names of units, in whose chain of command this coach is or was "
           "in the last 24 months, separated by ';'.", ""),
)  # fmt: skip

COLUMNS: dict[PeopleKind, tuple[Column, ...]] = {
    PeopleKind.COACHEES: _SHARED + _COACHEES_ONLY,
    PeopleKind.COACHES: _SHARED + _COACHES_ONLY,
}
