"""Finds, merges and deletes rows for humans, to which the people in all cycles are linked.

As documented for the lists, people in a cycle with the same `person` are one human, and so are
people with the same address and name. This applies across roles and cycles, except to humans whom a
manager has declared to be different people. Across cycles, people with the same `person` must also
have the same name or address.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.cycles.rows import CycleRow
from api.participants.rows import DistinctHumansRow, HumanRow, PersonRow
from coach.folding import folded
from coach.humans import folded_address, same_humans

_PERSON = PersonRow.profile["person"].as_string()
_LISTED_EMAIL = PersonRow.profile["email"].as_string()


@dataclass(slots=True)
class _Groups:
    """Groups of ids; each group represents one human according to the lists.

    The ids are those of humans, and of people who are not linked to a human yet. `alike` maps each
    id to the ids with the same key. `root` is a union-find forest: two ids are in the same group if
    they have a key in common, directly or through other ids.
    """

    root: dict[str, str] = field(default_factory=dict)
    alike: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def find(self, one: str) -> str:
        path = self.root.setdefault(one, one)
        while path != self.root[path]:
            path = self.root[path]
        self.root[one] = path
        return path

    def connect(self, ids: Collection[str]) -> None:
        first = self.find(min(ids))
        for one in ids:
            self.root[self.find(one)] = first
            self.alike[one].update(ids)


def link_humans(tx: Transaction, rows: Sequence[PersonRow], *, now: datetime) -> None:
    """Link new and changed people to their humans, adding humans who are not known yet.

    Humans whom the lists now describe as one are merged.
    """
    if not rows:
        return
    tx.flush()
    groups = _groups(tx)
    humans = {row.id: row for row in tx.scalars(select(HumanRow).order_by(HumanRow.created_at))}
    touched: dict[str, None] = {}
    for row in rows:
        if row.human_id is None:
            human = _known_human(groups.alike[row.id], humans) or _add_human(tx, row, now)
            humans[human.id], row.human_id = human, human.id
            groups.connect({row.id, human.id})
        _update(humans[row.human_id], row)
        touched[groups.find(row.human_id)] = None
    tx.flush()
    for members in _members(groups, touched, humans):
        _join_all(tx, members)


def join_humans(tx: Transaction, kept: HumanRow, other: HumanRow) -> None:
    """Merge two humans: the people linked to `other` are linked to `kept` instead."""
    tx.flush()
    tx.execute(update(PersonRow).where(PersonRow.human_id == other.id).values(human_id=kept.id))
    kept.person = kept.person or other.person
    kept.attach_ics = kept.attach_ics and other.attach_ics
    involved = or_(DistinctHumansRow.one_id == other.id, DistinctHumansRow.other_id == other.id)
    for row in tx.scalars(select(DistinctHumansRow).where(involved)).all():
        third = row.one_id if row.other_id == other.id else row.other_id
        keep_apart(tx, kept.id, third, now=row.decided_at)
        tx.delete(row)
    tx.flush()
    tx.delete(other)
    tx.flush()
    record_event(tx, "people joined", "human", kept.id)


def keep_apart(tx: Transaction, one_id: str, other_id: str, *, now: datetime) -> None:
    """Store that two humans are different people."""
    pair = _pair(one_id, other_id)
    if one_id != other_id and tx.get(DistinctHumansRow, pair) is None:
        tx.add(DistinctHumansRow(one_id=pair[0], other_id=pair[1], decided_at=now))
        tx.flush()


def distinct_pairs(tx: Transaction) -> frozenset[tuple[str, str]]:
    """Return the pairs of humans declared to be different people, with the lower id first."""
    rows = tx.execute(select(DistinctHumansRow.one_id, DistinctHumansRow.other_id))
    return frozenset((row.one_id, row.other_id) for row in rows)


def are_kept_apart(tx: Transaction, one_id: str, other_id: str) -> bool:
    """Return whether a manager has declared two humans to be different people."""
    return tx.get(DistinctHumansRow, _pair(one_id, other_id)) is not None


def forget_humans(tx: Transaction, rows: Collection[PersonRow]) -> None:
    """Unlink erased people from their humans, and delete humans left without people.

    A human to whom other people are linked keeps only the data in those people's rows.
    """
    human_ids = {row.human_id for row in rows}
    for row in rows:
        row.human_id = None
    tx.flush()
    refresh_humans(tx, human_ids)


def refresh_humans(tx: Transaction, human_ids: Collection[str | None]) -> None:
    """Refresh several humans; see `refresh_human`."""
    for human in tx.scalars(select(HumanRow).where(HumanRow.id.in_(human_ids))).all():
        refresh_human(tx, human)


def refresh_human(tx: Transaction, human: HumanRow) -> None:
    """Update a human from the latest person linked to it, or delete it if nobody is linked."""
    people = people_of(tx, human.id)
    human.person = ""
    for row in reversed(people):
        _update(human, row)
    if not people:
        tx.delete(human)
    tx.flush()


def update_address(tx: Transaction, row: PersonRow, former: str) -> None:
    """Store a person's new address in the directory if the directory still has the `former` one."""
    human = None if row.human_id is None else tx.get_one(HumanRow, row.human_id)
    if human is not None and folded_address(human.email) == folded_address(former):
        human.email = row.email


def people_of(tx: Transaction, human_id: str) -> Sequence[PersonRow]:
    """Return the people linked to a human, newest cycle first."""
    return tx.scalars(
        select(PersonRow)
        .join(CycleRow, CycleRow.id == PersonRow.cycle_id)
        .where(PersonRow.human_id == human_id)
        .order_by(CycleRow.created_at.desc(), PersonRow.cycle_id, PersonRow.side, PersonRow.code)
    ).all()


def _groups(tx: Transaction) -> _Groups:
    """Group all humans, and the people who are not linked yet, by the keys in the lists."""
    people = tx.execute(
        select(
            PersonRow.id, PersonRow.human_id, PersonRow.cycle_id, PersonRow.name, PersonRow.email,
            _LISTED_EMAIL.label("listed"), _PERSON.label("person"),
        ).where(PersonRow.erased_at.is_(None))
    ).all()  # fmt: skip
    owned = {
        (row.human_id or row.id, person, email, row.name): None
        for row in people
        for email in (row.email, row.listed)
        for person in _scoped(row.person or "", row.cycle_id, email, row.name)
    }
    owners = [owner for owner, *_ in owned]
    by_key: dict[int, set[str]] = defaultdict(set)
    numbers = same_humans([(person, email, name) for _, person, email, name in owned])
    for owner, number in zip(owners, numbers, strict=True):
        by_key[number].add(owner)
    groups = _Groups()
    for ids in by_key.values():
        groups.connect(ids)
    return groups


def _scoped(person: str, cycle_id: str, email: str, name: str) -> tuple[str, ...]:
    """Return the scopes in which a value of `person` applies: a cycle, a name, or an address.

    Two offices may number their people in the same way, each in its own cycle.
    """
    if not person:
        return ("",)
    return tuple(
        f"{person}\0{scope}" for scope in (cycle_id, folded_address(email), folded(name)) if scope
    )


def _known_human(alike: Iterable[str], humans: dict[str, HumanRow]) -> HumanRow | None:
    """Return the oldest human with one of these ids, or `None` if there is none."""
    known = [humans[one] for one in alike if one in humans]
    return min(known, key=lambda human: (human.created_at, human.id), default=None)


def _add_human(tx: Transaction, row: PersonRow, now: datetime) -> HumanRow:
    human = HumanRow(name=row.name, email=row.email, person="", created_at=now)
    tx.add(human)
    tx.flush()
    return human


def _update(human: HumanRow, row: PersonRow) -> None:
    human.name, human.email = row.name, row.email
    human.person = row.profile.get("person") or human.person


def _members(
    groups: _Groups, roots: Iterable[str], humans: dict[str, HumanRow]
) -> Iterator[list[HumanRow]]:
    """Yield the humans in each group with more than one, oldest first."""
    by_root: dict[str, list[HumanRow]] = defaultdict(list)
    for human in humans.values():
        by_root[groups.find(human.id)].append(human)
    for root in roots:
        members = by_root[groups.find(root)]
        if len(members) > 1:
            yield sorted(members, key=lambda human: (human.created_at, human.id))


def _join_all(tx: Transaction, members: Sequence[HumanRow]) -> None:
    """Merge all humans in a group, except those declared to be different people."""
    kept: list[HumanRow] = []
    for human in members:
        same = (one for one in kept if not are_kept_apart(tx, one.id, human.id))
        if (first := next(same, None)) is None:
            kept.append(human)
        else:
            join_humans(tx, first, human)


def _pair(one_id: str, other_id: str) -> tuple[str, str]:
    return min(one_id, other_id), max(one_id, other_id)
