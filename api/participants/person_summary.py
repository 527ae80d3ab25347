"""What other people may see of a person."""

from __future__ import annotations

from api.participants.rows import PersonRow, Side
from api.values import FrozenModel


class PersonSummary(FrozenModel):
    """The part of a person's data that the other side of their pair may see.

    `timezone` reveals where someone is stationed; it is `None` for the other side.
    """

    id: str
    code: str
    side: Side
    name: str
    country: str
    timezone: str | None


def person_summary(row: PersonRow, *, to_other_side: bool = False) -> PersonSummary:
    """Summarise `row` for the person themselves and the office, or for the other side."""
    return PersonSummary(
        id=row.id,
        code=row.code,
        side=row.side,
        name=row.name,
        country=row.profile["country"],
        timezone=None if to_other_side else row.timezone,
    )
