"""The columns of people files, each with its parser and description.

The readers and writers of lists use this table, as does the template workbook.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from coach.intake import cells, time_cells
from coach.intake import column_facts as facts
from coach.intake.reference import ReadContext
from coach.people import RankSensitivity, Role, Service, Sex
from coach.texts.facts import Fact


class PeopleKind(StrEnum):
    """The kind of people in a file. The value also serves as the sheet's name in a workbook."""

    COACHEES = "coachees"
    COACHES = "coaches"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a people file.

    Attributes:
        name: the column's header.
        read: parses a non-empty cell; raises `CellError` if it is invalid.
        description: a short description of the content, without the final full stop.
        example: the content of the cell in the template's example row.
        required: whether every row must have a value.
        allowed: the permitted values, if the column is an enumeration.
        in_template: whether the template has the column. Other columns are filled in by programs,
            and are also omitted from written lists in which nobody has a value.
    """

    name: str
    read: Callable[[str, ReadContext], Any]
    description: Fact
    example: str = ""
    required: bool = False
    allowed: tuple[str, ...] = ()
    in_template: bool = True


def _rank_text(text: str, _: ReadContext) -> str:
    """Return a rank code or title as text; its meaning depends on the row's country and service."""
    return cells.line(text)


_SHARED = (
    Column("id", cells.identifier, facts.ID(), "C-001", required=True),
    Column("name", cells.line, facts.NAME(), "Vesna Primjer", required=True),
    Column("email", cells.email, facts.EMAIL(), "vesna.primjer@example.org", required=True),
    Column("country", cells.country, facts.COUNTRY(), "ME", required=True),
    Column("languages", cells.languages, facts.LANGUAGES(), "cnr:C2; en:B2", required=True),
    Column(
        "availability",
        time_cells.windows,
        facts.AVAILABILITY(),
        "Mon 09:00-12:00; Wed 09:00-11:30",
        required=True,
    ),
    Column(
        "unavailable",
        time_cells.date_ranges,
        facts.UNAVAILABLE(),
        "2027-02-01..2027-02-14; 2027-03-08",
    ),
    Column("busy", time_cells.busy_times, facts.BUSY(), "", in_template=False),
    Column("timezone", cells.timezone, facts.TIMEZONE(), ""),
    Column("sex", cells.choice(Sex), facts.SEX(), "F", allowed=tuple(Sex)),
    Column("birth_year", cells.whole_number(1900, 2100), facts.BIRTH_YEAR(), "1979"),
    Column("service", cells.choice(Service), facts.SERVICE(), "land", allowed=tuple(Service)),
    Column("unit", cells.line, facts.UNIT(), "1st Example Battalion"),
    Column("rank", _rank_text, facts.RANK(), "OF-4"),
    Column("person", cells.line, facts.PERSON(), ""),
)

_COACHEES_ONLY = (
    Column(
        "role", cells.choice(Role), facts.ROLE(), "commander", required=True, allowed=tuple(Role)
    ),
    Column(
        "rank_sensitivity",
        cells.choice(RankSensitivity),
        facts.RANK_SENSITIVITY(),
        "standard",
        allowed=tuple(RankSensitivity),
    ),
    Column("uniformed_coach", cells.yes_no, facts.UNIFORMED_COACH(), "no", allowed=("yes", "no")),
    Column("priority", cells.whole_number(1, 9), facts.PRIORITY(), "1", allowed=tuple("123456789")),
    Column("prefers", cells.entries, facts.PREFERS(), ""),
    Column("refuses", cells.entries, facts.REFUSES_OF_COACHEES(), ""),
    Column("topics", cells.entries, facts.TOPICS_OF_COACHEES(), "recruitment; leadership"),
)

_COACHES_ONLY = (
    Column("capacity", cells.whole_number(0, 50), facts.CAPACITY(), "2", required=True),
    Column("max_per_day", cells.whole_number(1, 100), facts.MAX_PER_DAY(), ""),
    Column("max_per_week", cells.whole_number(1, 500), facts.MAX_PER_WEEK(), ""),
    Column("refuses", cells.entries, facts.REFUSES_OF_COACHES(), ""),
    Column("topics", cells.entries, facts.TOPICS_OF_COACHES(), "recruitment; leadership"),
    Column("chain_of_command", cells.entries, facts.CHAIN_OF_COMMAND(), ""),
)

COLUMNS: dict[PeopleKind, tuple[Column, ...]] = {
    PeopleKind.COACHEES: _SHARED + _COACHEES_ONLY,
    PeopleKind.COACHES: _SHARED + _COACHES_ONLY,
}

_EXAMPLE_OVERRIDES: Mapping[PeopleKind, Mapping[str, str]] = {
    PeopleKind.COACHEES: {},
    PeopleKind.COACHES: {
        "id": "K-01",
        "name": "Petar Uzor",
        "email": "petar.uzor@example.org",
        "country": "HR",
        "languages": "hr:C2; en:C1",
        "sex": "M",
        "birth_year": "1971",
        "unit": "Example Defence College",
        "rank": "brigadir",
    },
}


def example_row(kind: PeopleKind) -> dict[str, str]:
    """Return the cells of the template's example row, keyed by column name."""
    own = _EXAMPLE_OVERRIDES[kind]
    return {column.name: own.get(column.name, column.example) for column in COLUMNS[kind]}
