"""The state of a cycle's lists, for display."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.cycles.service import cycle_row
from api.participants.rows import ListPreviewRow
from api.participants.undo import replaced_at


class ListState(NamedTuple):
    """Whether lists are awaiting a decision, and when the change that can be undone was made.

    `replaced_at` is `None` if no change can be undone. `version` is the version of the lists in
    use.
    """

    wait: bool
    replaced_at: datetime | None
    version: int


def list_state(tx: Transaction, cycle_id: str, *, now: datetime) -> ListState:
    """Return the state of a cycle's lists at the time `now`."""
    waiting = select(ListPreviewRow.cycle_id).where(
        ListPreviewRow.cycle_id == cycle_id, ListPreviewRow.expires_at > now
    )
    version = cycle_row(tx, cycle_id).lists_version
    return ListState(tx.scalar(waiting) is not None, replaced_at(tx, cycle_id), version)
