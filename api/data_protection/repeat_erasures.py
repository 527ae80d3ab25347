"""Repeats, in a backup that is about to be restored, the erasures made since it was created."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.crypto.key_ring import Keyring
from api.cycles.rows import CycleRow
from api.data_protection import facts
from api.data_protection.erase_people import erase_people
from api.data_protection.erased_ids import (
    ErasedIds,
    belongs_to,
    list_of_copy,
    list_of_data_folder,
    lists_in,
    read_ids,
)
from api.data_protection.retention_sweep import erase_whole_cycle
from api.participants.rows import PersonRow
from coach.errors import ConflictError


class NoListError(ConflictError):
    """There is no list of the people who were erased after a backup was made."""


def ids_to_erase(
    keyring: Keyring,
    source: Path,
    data_dir: Path,
    named: Iterable[Path] = (),
    *,
    nobody_erased: bool = False,
) -> ErasedIds:
    """Return the union of all lists of erased ids that a restore of `source` has to apply.

    These are the list next to the backup, those of the other backups in its folder, the data
    folder's list, and the lists in `named`.

    Raises:
        NoListError: the backup has no list, and the caller neither names one nor states that nobody
            has been erased since.
        ErasedIdsError: a list was altered or cannot be read; or the backup's list, the data
            folder's list or a list in `named` belongs to another deployment.
    """
    own, named = list_of_copy(source), tuple(named)
    if not own.exists() and not named and not nobody_erased:
        raise NoListError(facts.NO_LIST(copy=str(source), list=str(own)))
    required = [*named, *(one for one in (own, list_of_data_folder(data_dir)) if one.exists())]
    others = (one for one in lists_in(source.parent) if belongs_to(one, keyring))
    ids = ErasedIds()
    for path in (*required, *others):
        ids |= read_ids(path, keyring)
    return ids


def repeat_erasures(tx: Transaction, erased: ErasedIds, *, now: datetime) -> ErasedIds:
    """Erase the given people and cycles unless already erased, and return those newly erased.

    Unlike other erasures, this one is not refused if people have future sessions: the erasure was
    already permitted, and the backup is from before these sessions were cancelled.
    """
    cycles = [
        row
        for row in tx.scalars(select(CycleRow).where(CycleRow.erased_at.is_(None)))
        if row.id in erased.cycles
    ]
    people = {
        row.id: row.cycle_id
        for row in tx.execute(
            select(PersonRow.id, PersonRow.cycle_id).where(PersonRow.erased_at.is_(None))
        )
        if row.id in erased.people
    }
    for cycle_id in sorted(set(people.values())):
        ids = [person for person, of_cycle in people.items() if of_cycle == cycle_id]
        erase_people(tx, cycle_id, PersonRow.id.in_(ids), now=now)
    for row in cycles:
        erase_whole_cycle(tx, row, now=now)
    return ErasedIds(frozenset(people), frozenset(row.id for row in cycles))


def record_repeated(tx: Transaction, erased: ErasedIds) -> None:
    """Record in the audit trail the erasures that `repeat_erasures` made."""
    for cycle_id in sorted(erased.cycles):
        record_event(tx, "cycle erased", "cycle", cycle_id)
    for person_id in sorted(erased.people):
        record_event(tx, "person erased", "person", person_id)
