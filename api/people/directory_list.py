"""Defines how the directory's list can be searched, sorted and filtered."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.lists.query import Filter, ListDefinition, ListQuery
from api.lists.selection import RowAccess, Selected, select_rows
from api.participants.rows import HumanRow, PersonRow, Side
from api.people import facts
from api.people.directory import DirectoryEntry, entries_of
from api.services import Services
from api.web.labels import Option
from coach.folding import folded

_SEVERAL = "several"
DIRECTORY_LIST = ListDefinition(
    sorts=("name", "email"),
    filters=(
        Filter(
            "roles",
            facts.FILTER_ROLES(),
            (
                Option(Side.COACHEE, facts.FILTER_COACHEES()),
                Option(Side.COACH, facts.FILTER_COACHES()),
                Option(_SEVERAL, facts.FILTER_SEVERAL_ROLES()),
            ),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class ListedHuman:
    """A human in the list, with the codes and sides of their roles."""

    id: str
    name: str
    email: str
    roles: tuple[tuple[str, Side], ...]


DIRECTORY_ACCESS: RowAccess[ListedHuman] = RowAccess(
    texts=lambda row: (row.name, row.email, *(code for code, _ in row.roles)),
    keys={"name": lambda row: folded(row.name), "email": lambda row: row.email},
    conditions={
        "roles": lambda row, wanted: (
            len(row.roles) > 1
            if wanted == _SEVERAL
            else any(side == wanted for _, side in row.roles)
        )
    },
    identify=lambda row: row.id,
)


def read_directory(
    services: Services, query: ListQuery
) -> tuple[Selected[ListedHuman], tuple[DirectoryEntry, ...]]:
    """Return the part of the directory that a query requests, and the entries in it."""
    with services.database.reading() as tx:
        selected = select_rows(_listed_humans(tx), query, DIRECTORY_ACCESS)
        ids = [row.id for row in selected.rows]
        entries = {entry.id: entry for entry in entries_of(tx, ids)}
    return selected, tuple(entries[one] for one in ids)


def _listed_humans(tx: Transaction) -> list[ListedHuman]:
    roles: dict[str, list[tuple[str, Side]]] = defaultdict(list)
    people = select(PersonRow.human_id, PersonRow.code, PersonRow.side)
    for human_id, code, side in tx.execute(people.where(PersonRow.human_id.is_not(None))):
        roles[human_id or ""].append((code, side))
    humans = select(HumanRow.id, HumanRow.name, HumanRow.email).order_by(HumanRow.id)
    return [
        ListedHuman(one, name, email, tuple(roles[one])) for one, name, email in tx.execute(humans)
    ]
