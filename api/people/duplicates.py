"""Possible duplicates in the directory: suggestions, and managers' decisions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Row, select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.database.existing_row import existing_row
from api.participants.humans import (
    distinct_pairs,
    join_humans,
    keep_apart,
    people_of,
    refresh_human,
)
from api.participants.rows import HumanRow, PersonRow
from api.participants.service import person_row
from api.people import facts
from api.people.directory import DirectoryEntry, entries_of, entry_of
from api.services import Services
from api.values import FrozenModel
from coach.duplicates import DuplicateSuggestion, Identity, suggest_duplicates
from coach.errors import ConflictError
from coach.humans import same_humans
from coach.people import Sex
from coach.texts.facts import Fact

_MAX_SHOWN = 20
_MAX_REMEMBERED = 4
_SUGGESTIONS: dict[bytes, tuple[DuplicateSuggestion, ...]] = {}
"""The latest suggestions, keyed by a digest of the directory; computing them takes seconds."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Two humans who may be the same person, in the order they were added, and the reasons."""

    one: DirectoryEntry
    other: DirectoryEntry
    reasons: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class SimilarHuman:
    """A human in the directory who may be the same as a person outside it, and the reasons."""

    human: DirectoryEntry
    reasons: tuple[Fact, ...]


class DuplicateDecision(FrozenModel):
    """A manager's decision on whether two humans in the directory are the same person."""

    one_id: str
    other_id: str
    same: bool


def read_duplicates(services: Services) -> tuple[tuple[Duplicate, ...], int]:
    """Return the first suggested duplicates, and the total number of suggestions."""
    with services.database.reading() as tx:
        return suggested_duplicates(tx)


def suggested_duplicates(tx: Transaction) -> tuple[tuple[Duplicate, ...], int]:
    """Return the first suggested duplicates, and the total number of suggestions.

    Humans about whom a manager has decided are not suggested again.
    """
    ids, identities = _identities(tx)
    distinct = distinct_pairs(tx)
    pairs = [
        (ids[one.first], ids[one.second], one.reasons)
        for one in _suggestions(identities)
        if tuple(sorted((ids[one.first], ids[one.second]))) not in distinct
    ]
    shown = pairs[:_MAX_SHOWN]
    entries = {
        entry.id: entry
        for entry in entries_of(tx, {human for one, other, _ in shown for human in (one, other)})
    }
    duplicates = tuple(Duplicate(entries[one], entries[other], why) for one, other, why in shown)
    return duplicates, len(pairs)


def similar_humans(
    tx: Transaction, people: Sequence[Identity]
) -> tuple[tuple[SimilarHuman, ...], ...]:
    """Return, for each person outside the directory, the humans who may be that person."""
    if not people:
        return ()
    ids, identities = _identities(tx)
    everybody = [*people, *identities]
    numbers = same_humans([(one.person, one.address, one.name) for one in everybody])
    found: list[dict[str, tuple[Fact, ...]]] = [{} for _ in people]
    for place, number in enumerate(numbers[len(people) :]):
        for position, own in enumerate(numbers[: len(people)]):
            if own == number:
                found[position][ids[place]] = (facts.SAME_NAME_AND_ADDRESS(),)
    for pair in suggest_duplicates(everybody):
        if pair.first < len(people) <= pair.second:
            found[pair.first][ids[pair.second - len(people)]] = pair.reasons
    entries = {one.id: one for one in entries_of(tx, {human for alike in found for human in alike})}
    return tuple(
        tuple(SimilarHuman(entries[human], why) for human, why in alike.items()) for alike in found
    )


def decide(services: Services, decision: DuplicateDecision) -> DirectoryEntry:
    """Merge two humans, or record that they are different people.

    Merging keeps the row that was added first, and returns it; otherwise, the human with `one_id`
    is returned. A merged human has one timetable in later runs.

    Raises:
        NotFoundError: one of the humans does not exist.
        ConflictError: both ids are the same.
    """
    if decision.one_id == decision.other_id:
        raise ConflictError(facts.SAME_ROW())
    with services.database.writing() as tx:
        one = existing_row(tx, HumanRow, decision.one_id, "human")
        other = existing_row(tx, HumanRow, decision.other_id, "human")
        if decision.same:
            kept, joined = sorted((one, other), key=lambda human: (human.created_at, human.id))
            join_humans(tx, kept, joined)
            refresh_human(tx, kept)
            return entry_of(tx, kept.id)
        keep_apart(tx, one.id, other.id, now=services.now())
        record_event(tx, "people kept apart", "human", one.id)
        return entry_of(tx, one.id)


def separate(services: Services, person_id: str) -> DirectoryEntry:
    """Give a role its own entry in the directory, because it belongs to a different person.

    Returns the new entry. The two humans are recorded as different people.

    Raises:
        NotFoundError: there is no such person.
        ConflictError: the person was erased, or this is the human's only role.
    """
    with services.database.writing() as tx:
        person, now = person_row(tx, person_id), services.now()
        if person.human_id is None:
            raise ConflictError(facts.ERASED())
        former = tx.get_one(HumanRow, person.human_id)
        if len(people_of(tx, former.id)) == 1:
            raise ConflictError(facts.ONLY_ROLE())
        human = HumanRow(
            name=person.name, email=person.email, attach_ics=former.attach_ics, created_at=now
        )
        tx.add(human)
        tx.flush()
        person.human_id = human.id
        keep_apart(tx, former.id, human.id, now=now)
        refresh_human(tx, former)
        refresh_human(tx, human)
        record_event(tx, "people separated", "human", former.id)
        return entry_of(tx, human.id)


def _identities(tx: Transaction) -> tuple[list[str], list[Identity]]:
    """Return the ids of all humans, in the order in which they were added, and their identities."""
    roles: dict[str, list[Row[tuple[str, str, str, int | None, str | None]]]] = {}
    profile = PersonRow.profile
    for row in tx.execute(
        select(
            PersonRow.human_id, PersonRow.side, PersonRow.code,
            profile["birth_year"].as_integer().label("birth_year"),
            profile["sex"].as_string().label("sex"),
        ).where(PersonRow.human_id.is_not(None))
    ):  # fmt: skip
        roles.setdefault(row.human_id, []).append(row)
    humans = tx.execute(
        select(HumanRow.id, HumanRow.name, HumanRow.email, HumanRow.person).order_by(
            HumanRow.created_at, HumanRow.id
        )
    ).all()
    return [one.id for one in humans], [
        Identity(
            name=one.name,
            address=one.email,
            person=one.person,
            ids=frozenset(f"{role.side} {role.code}" for role in roles.get(one.id, ())),
            birth_year=next(filter(None, (r.birth_year for r in roles.get(one.id, ()))), None),
            sex=next((Sex(r.sex) for r in roles.get(one.id, ()) if r.sex), None),
        )
        for one in humans
    ]


def _suggestions(identities: list[Identity]) -> tuple[DuplicateSuggestion, ...]:
    text = json.dumps(
        [(i.name, i.address, i.person, sorted(i.ids), i.birth_year, i.sex) for i in identities]
    )
    digest = hashlib.sha256(text.encode()).digest()
    if digest not in _SUGGESTIONS:
        while len(_SUGGESTIONS) >= _MAX_REMEMBERED:
            _SUGGESTIONS.pop(next(iter(_SUGGESTIONS)), None)
        _SUGGESTIONS[digest] = tuple(suggest_duplicates(identities))
    return _SUGGESTIONS[digest]
