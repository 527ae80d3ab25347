"""What may be said of a person to others."""

from __future__ import annotations

from api.participants.rows import PersonRow, Side
from api.values import FrozenModel


class PersonSummary(FrozenModel):
    """As much of a person as the other side of their pair may see.

    `timezone` says where somebody is stationed; it is `None` for the other side.
    """

    id: str
    code: str
    side: Side
    name: str
    country: str
    timezone: str | None


def person_summary(row: PersonRow, *, to_other_side: bool = False) -> PersonSummary:
    """What may be said of `row` to themselves and the office, or to the other side."""
    return PersonSummary(
        id=row.id,
        code=row.code,
        side=row.side,
        name=row.name,
        country=row.profile["country"],
        timezone=None if to_other_side else row.timezone,
    )
