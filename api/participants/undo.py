"""Stores the people in a cycle before its latest list, so that the list can be undone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session as Transaction

from api.participants.humans import link_humans, refresh_humans
from api.participants.preview.compared_lists import forget_compared_lists
from api.participants.rows import ListPreviewRow, ListUndoRow, PersonRow

_COLUMNS = ("position", "name", "email", "timezone", "profile", "listed")


class Restored(NamedTuple):
    """The numbers of restored and deleted people."""

    changed: int
    deleted: int


def store_undo(tx: Transaction, cycle_id: str, *, now: datetime) -> None:
    """Store the people in a cycle before a list replaces them, replacing any earlier copy."""
    rows = tx.scalars(select(PersonRow).where(PersonRow.cycle_id == cycle_id))
    people = {
        row.id: {column: getattr(row, column) for column in _COLUMNS}
        | {"left_at": None if row.left_at is None else row.left_at.isoformat()}
        for row in rows
        if row.erased_at is None
    }
    undo = tx.get(ListUndoRow, cycle_id) or ListUndoRow(cycle_id=cycle_id)
    undo.stored_at, undo.people = now, people
    tx.add(undo)


def end_undo(tx: Transaction, cycle_id: str) -> None:
    """Delete the stored people from before the latest list, which can then no longer be undone."""
    tx.execute(delete(ListUndoRow).where(ListUndoRow.cycle_id == cycle_id))


def forget_lists(tx: Transaction, cycle_id: str) -> None:
    """Delete stored list contents: the people before the latest list, and undecided uploads."""
    end_undo(tx, cycle_id)
    tx.execute(delete(ListPreviewRow).where(ListPreviewRow.cycle_id == cycle_id))
    forget_compared_lists()


def replaced_at(tx: Transaction, cycle_id: str) -> datetime | None:
    """Return when the list that can be undone was stored, or `None` if no list can be undone."""
    return tx.scalar(select(ListUndoRow.stored_at).where(ListUndoRow.cycle_id == cycle_id))


def restore_people(tx: Transaction, undo: ListUndoRow, *, now: datetime) -> Restored:
    """Restore the people in a cycle as they were before its latest list.

    People who have been added since are deleted. Addresses that the list did not set are kept.
    """
    rows = tx.scalars(select(PersonRow).where(PersonRow.cycle_id == undo.cycle_id)).all()
    added = [row for row in rows if row.erased_at is None and row.id not in undo.people]
    changed = [row for row in rows if row.id in undo.people and _restore(row, undo.people[row.id])]
    human_ids = {row.human_id for row in added}
    for row in added:
        tx.delete(row)
    tx.flush()
    refresh_humans(tx, human_ids)
    link_humans(tx, changed, now=now)
    return Restored(len(changed), len(added))


def _restore(row: PersonRow, before: Mapping[str, Any]) -> bool:
    """Restore a row, and return whether it changed."""
    left_at = before["left_at"] and datetime.fromisoformat(before["left_at"])
    columns = {column: before.get(column) for column in _COLUMNS} | {"left_at": left_at}
    columns |= _with_own_values(row, before)
    if row.withdrawn_at is not None:
        columns["left_at"] = row.left_at
    if row.email != row.profile["email"]:  # set by the person, or in the directory
        columns["email"] = row.email
    if all(getattr(row, column) == value for column, value in columns.items()):
        return False
    for column, value in columns.items():
        setattr(row, column, value)
    return True


def _with_own_values(row: PersonRow, before: Mapping[str, Any]) -> dict[str, Any]:
    """Return the earlier `profile` and `listed`, with the values that the person has set since."""
    profile, listed = before["profile"], before.get("listed") or {}
    own = row.listed or {}
    return {
        "profile": profile | {name: row.profile[name] for name in own},
        "listed": {**{name: profile[name] for name in own}, **listed} or None,
    }
