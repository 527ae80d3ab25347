"""Searches the directory, and reads single humans with their roles in all cycles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Annotated

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.cycles.rows import CycleRow
from api.database.existing_row import existing_row
from api.participants.rows import HumanRow, PersonRow, Side
from api.services import Services
from api.values import FrozenModel
from coach.feedback import SingleLineText
from coach.folding import folded

_PAGE_SIZE = 50


class DirectoryRole(FrozenModel):
    """A human's role in a cycle. `left_at` is set if the person has left the cycle."""

    person_id: str
    cycle_id: str
    cycle: str
    side: Side
    code: str
    left_at: datetime | None


class DirectoryEntry(FrozenModel):
    """A human in the directory, with their roles, newest cycle first.

    `attach_ics` is whether emails to the human contain calendar objects, if the deployment attaches
    them.
    """

    id: str
    name: str
    email: str
    attach_ics: bool
    roles: tuple[DirectoryRole, ...]


class DirectorySearch(FrozenModel):
    """The text to search for in names, addresses and ids, and the page of results, counted from 1.

    All words in the text must occur. Case, accents and script do not matter.
    """

    text: Annotated[str, Field(max_length=200), SingleLineText] = ""
    page: Annotated[int, Field(ge=1, le=100_000)] = 1


class DirectoryPage(FrozenModel):
    """A page of the humans found by a search, ordered by name, and the total number found."""

    entries: tuple[DirectoryEntry, ...]
    found: int
    page: int
    pages: int


def search_directory(services: Services, search: DirectorySearch) -> DirectoryPage:
    """Return a page of the humans found by a search; an empty text finds everybody."""
    with services.database.reading() as tx:
        return found_in_directory(tx, search)


def read_entry(services: Services, human_id: str) -> DirectoryEntry:
    """Return a human with their roles.

    Raises:
        NotFoundError: there is no such human.
    """
    with services.database.reading() as tx:
        return entry_of(tx, human_id)


def found_in_directory(tx: Transaction, search: DirectorySearch) -> DirectoryPage:
    """Return a page of the humans found by a search; an empty text finds everybody."""
    ids = _found_ids(tx, folded(search.text).split())
    pages = max(1, -(-len(ids) // _PAGE_SIZE))
    page = min(search.page, pages)
    shown = ids[(page - 1) * _PAGE_SIZE : page * _PAGE_SIZE]
    by_id = {entry.id: entry for entry in entries_of(tx, shown)}
    return DirectoryPage(
        entries=tuple(by_id[one] for one in shown), found=len(ids), page=page, pages=pages
    )


def entry_of(tx: Transaction, human_id: str) -> DirectoryEntry:
    """Return a human with their roles.

    Raises:
        NotFoundError: there is no such human.
    """
    existing_row(tx, HumanRow, human_id, "human")
    return entries_of(tx, [human_id])[0]


def entries_of(tx: Transaction, human_ids: Collection[str]) -> list[DirectoryEntry]:
    """Return humans with their roles, in any order."""
    rows = tx.execute(
        select(PersonRow, CycleRow.name)
        .join(CycleRow, CycleRow.id == PersonRow.cycle_id)
        .where(PersonRow.human_id.in_(human_ids))
        .order_by(CycleRow.created_at.desc(), CycleRow.id, PersonRow.side, PersonRow.code)
    )
    roles: dict[str, list[DirectoryRole]] = defaultdict(list)
    for person, cycle in rows:
        roles[person.human_id or ""].append(
            DirectoryRole(
                person_id=person.id,
                cycle_id=person.cycle_id,
                cycle=cycle,
                side=person.side,
                code=person.code,
                left_at=person.left_at,
            )
        )
    return [
        DirectoryEntry(
            id=one.id,
            name=one.name,
            email=one.email,
            attach_ics=one.attach_ics,
            roles=tuple(roles[one.id]),
        )
        for one in tx.scalars(select(HumanRow).where(HumanRow.id.in_(human_ids)))
    ]


def _found_ids(tx: Transaction, words: Iterable[str]) -> list[str]:
    """Return the ids of the humans whose data contains all words, ordered by name."""
    humans = tx.execute(select(HumanRow.id, HumanRow.name, HumanRow.email)).all()
    codes: dict[str, list[str]] = defaultdict(list)
    if words := tuple(words):
        named = select(PersonRow.human_id, PersonRow.code).where(PersonRow.human_id.is_not(None))
        for row in tx.execute(named):
            codes[row.human_id].append(row.code)
    found = []
    for one in humans:
        name = folded(one.name)
        text = "\n".join((name, folded(one.email), *map(folded, codes[one.id]))) if words else ""
        if all(word in text for word in words):
            found.append((name, one.id))
    return [human_id for _, human_id in sorted(found)]
