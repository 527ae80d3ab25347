"""Tables for humans, with one row each, and for people, with one row per role and cycle."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    ForeignKey,
    LargeBinary,
    String,
    UniqueConstraint,
    func,
    select,
    true,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column

from api.database.types import EnumString, IdentifiedRow, TableRow


class Side(StrEnum):
    """One of the two sides of a pair: coachee or coach."""

    COACHEE = "coachee"
    COACH = "coach"


class HumanRow(IdentifiedRow):
    """A human in the directory, across all roles and cycles.

    `name` and `email` come from the latest list or change. `person` is the value of the column of
    that name in the lists. `attach_ics` is true if emails to the human contain calendar objects,
    provided that the deployment attaches them. The row is deleted when the human's last person is
    erased.
    """

    __tablename__ = "humans"

    name: Mapped[str] = mapped_column(String(400))
    email: Mapped[str] = mapped_column(String(400))
    person: Mapped[str] = mapped_column(String(200), default="", server_default="")
    attach_ics: Mapped[bool] = mapped_column(default=True, server_default=true())
    created_at: Mapped[datetime]


class DistinctHumansRow(TableRow):
    """A manager's decision that two similar entries are different people.

    `one_id` is the lower id.
    """

    __tablename__ = "distinct_humans"

    one_id: Mapped[str] = mapped_column(
        ForeignKey("humans.id", ondelete="CASCADE"), primary_key=True
    )
    other_id: Mapped[str] = mapped_column(
        ForeignKey("humans.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    decided_at: Mapped[datetime]


class PersonRow(IdentifiedRow):
    """A coachee or coach in one cycle; `human_id` is `None` for erased people.

    `code` is the person's id in the spreadsheet, and `position` is the person's position in the
    list. If a later list omits a person, `left_at` is set, and the person's sessions and
    submissions remain. An erased person's row contains only the data that totals need.
    `withdrawn_at` is set if the person has withdrawn from the cycle; later lists then do not bring
    them back. `listed` contains the latest list's values of the fields that the person, or the
    office in the form for one person, has set since. `attach_ics` is the human's value at the time
    when the row was read.
    """

    __tablename__ = "people"
    __table_args__ = (UniqueConstraint("cycle_id", "side", "code"),)

    cycle_id: Mapped[str] = mapped_column(ForeignKey("cycles.id", ondelete="CASCADE"))
    side: Mapped[Side] = mapped_column(EnumString(Side))
    code: Mapped[str] = mapped_column(String(200))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(400))
    email: Mapped[str] = mapped_column(String(400))
    timezone: Mapped[str] = mapped_column(String(64))
    profile: Mapped[dict[str, Any]]
    listed: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    human_id: Mapped[str | None] = mapped_column(
        ForeignKey("humans.id", ondelete="SET NULL"), index=True
    )
    left_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    attach_ics: Mapped[bool] = column_property(
        func.coalesce(
            select(HumanRow.attach_ics)
            .where(HumanRow.id == human_id)
            .correlate_except(HumanRow)
            .scalar_subquery(),
            true(),
        )
    )


class DeclinedTimeRow(IdentifiedRow):
    """A time `[starts_at, ends_at)` at which a person has declined a session.

    The time is not offered to the person again, and later runs place no session at this time.
    """

    __tablename__ = "declined_times"
    __table_args__ = (UniqueConstraint("person_id", "starts_at", "ends_at"),)

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    declined_at: Mapped[datetime]


class ListPreviewRow(TableRow):
    """Lists uploaded to a cycle, which are not used until a manager has confirmed them.

    Attributes:
        files: the names of the files, keyed by side.
        coachees: the content of the file, while there are questions about it.
        coaches: as for `coachees`.
        answers: the answers to the questions so far, keyed by side.
        outcome: the outcome of reading the files; see `api.participants.preview.outcome`.
        lists_version: the version of the lists in use when these were uploaded.
    """

    __tablename__ = "list_previews"

    cycle_id: Mapped[str] = mapped_column(
        ForeignKey("cycles.id", ondelete="CASCADE"), primary_key=True
    )
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    files: Mapped[dict[str, Any]]
    coachees: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    coaches: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    answers: Mapped[dict[str, Any]]
    outcome: Mapped[dict[str, Any]] = mapped_column(JSON, deferred=True)
    lists_version: Mapped[int] = mapped_column(default=0, server_default="0")


class ListUndoRow(TableRow):
    """The people in a cycle before the latest list, stored until the next run.

    Attributes:
        people: the people's rows.
    """

    __tablename__ = "list_undos"

    cycle_id: Mapped[str] = mapped_column(
        ForeignKey("cycles.id", ondelete="CASCADE"), primary_key=True
    )
    stored_at: Mapped[datetime]
    people: Mapped[dict[str, Any]] = mapped_column(JSON, deferred=True)


class HeaderMappingRow(TableRow):
    """The meaning of a column header in the office's lists, as stated by the office.

    Attributes:
        kind: the kind of people.
        header: the key of the header; see `coach.folding.header_key`.
        column: the name of the column; empty if the column is left out.
    """

    __tablename__ = "header_mappings"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    header: Mapped[str] = mapped_column(String(100), primary_key=True)
    column: Mapped[str] = mapped_column(String(40))


TABLES: tuple[type[TableRow], ...] = (
    HumanRow,
    DistinctHumansRow,
    PersonRow,
    DeclinedTimeRow,
    ListPreviewRow,
    ListUndoRow,
    HeaderMappingRow,
)
