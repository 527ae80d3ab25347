"""Defines how the list of the people in a cycle can be searched, sorted and filtered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.consent.terms_states import TermsState
from api.http.principal import Principal
from api.lists.query import Filter, ListDefinition
from api.lists.selection import RowAccess
from api.overview import facts
from api.participants.rows import PersonRow, Side
from api.web.labels import Option
from coach.folding import folded

IN_CYCLE, LEFT = "in", "left"
PEOPLE_LIST = ListDefinition(
    sorts=("name", "id", "rank", "country"),
    filters=(
        Filter(
            "side",
            facts.ROLE(),
            (
                Option(Side.COACHEE, facts.COACHEES()),
                Option(Side.COACH, facts.COACHES()),
            ),
        ),
        Filter(
            "consent",
            facts.CONSENT(),
            (
                Option(TermsState.AGREED, facts.AGREED()),
                Option(TermsState.OLDER, facts.AGREED_TO_OLDER()),
                Option(TermsState.MISSING, facts.NOT_AGREED()),
            ),
        ),
        Filter(
            "state",
            facts.PARTICIPATION(),
            (Option(IN_CYCLE, facts.IN_CYCLE()), Option(LEFT, facts.LEFT())),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """A person with the fields that the list needs; `terms` is `None` if the person has left."""

    id: str
    side: Side
    code: str
    name: str
    country: str
    grade: int
    left_at: datetime | None
    terms: TermsState | None


PEOPLE_ACCESS: RowAccess[ListedPerson] = RowAccess(
    texts=lambda row: (row.name, row.code),
    keys={
        "name": lambda row: folded(row.name),
        "id": lambda row: row.code,
        "rank": lambda row: row.grade,
        "country": lambda row: row.country,
    },
    conditions={
        "side": lambda row, side: row.side == side,
        "consent": lambda row, terms: row.terms == terms,
        "state": lambda row, state: (row.left_at is not None) == (state == LEFT),
    },
    identify=lambda row: row.id,
)


def listed_people(
    tx: Transaction, principal: Principal, cycle_id: str, terms: dict[str, TermsState]
) -> list[ListedPerson]:
    """Return the people in a cycle whom a user may see, coachees first, in list order."""
    rows = tx.execute(
        select(
            PersonRow.id,
            PersonRow.side,
            PersonRow.code,
            PersonRow.name,
            PersonRow.profile["country"].as_string(),
            PersonRow.profile["rank"]["grade"].as_integer(),
            PersonRow.left_at,
        )
        .where(PersonRow.cycle_id == cycle_id)
        .order_by(PersonRow.side.desc(), PersonRow.position, PersonRow.code)
    )
    return [
        ListedPerson(identifier, side, code, name, country, grade or 0, left, terms.get(identifier))
        for identifier, side, code, name, country, grade, left in rows
        if principal.sees_country(country)
    ]
