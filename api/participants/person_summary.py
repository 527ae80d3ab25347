"""The part of a person's data that other people may see."""

from __future__ import annotations

from api.participants.rows import PersonRow, Side
from api.values import FrozenModel


class PersonSummary(FrozenModel):
    """The part of a person's data that the other participant in a session may see.

    `timezone` would reveal where the person is stationed, so it is `None` for the other
    participant.
    """

    id: str
    code: str
    side: Side
    name: str
    country: str
    timezone: str | None


def person_summary(row: PersonRow, *, to_other_side: bool = False) -> PersonSummary:
    """Summarise `row` for the person or the programme office.

    If `to_other_side` is true, summarise it for the other participant in a session.
    """
    return PersonSummary(
        id=row.id,
        code=row.code,
        side=row.side,
        name=row.name,
        country=row.profile["country"],
        timezone=None if to_other_side else row.timezone,
    )
