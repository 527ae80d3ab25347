"""Times of group events that people are expected to attend, which count as busy times."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session as Transaction

from api.participants.declined_times import Times
from api.participants.group_rows import GroupInvitationRow
from api.participants.rows import PersonRow
from coach.invitations import Status

_HUMAN = func.coalesce(PersonRow.human_id, PersonRow.id)
_IS_ENGAGED: ColumnElement[bool] = and_(
    GroupInvitationRow.status == Status.CONFIRMED, GroupInvitationRow.is_required
)


def engaged_times(tx: Transaction, person_ids: Collection[str]) -> Sequence[Times]:
    """Return the times `[start, end)` of the given people's required group events."""
    rows = tx.execute(
        select(GroupInvitationRow.starts_at, GroupInvitationRow.ends_at)
        .where(_IS_ENGAGED, GroupInvitationRow.person_id.in_(person_ids))
        .order_by(GroupInvitationRow.starts_at, GroupInvitationRow.ends_at)
    )
    return [(row.starts_at, row.ends_at) for row in rows]


def engaged_by_human(tx: Transaction, cycle_id: str) -> dict[str, list[Times]]:
    """Return the times of required group events for the humans in a cycle, in any role or cycle.

    The key is the id of the human, or of the person if they are not linked to one.
    """
    here = select(_HUMAN).where(PersonRow.cycle_id == cycle_id)
    rows = tx.execute(
        select(_HUMAN, GroupInvitationRow.starts_at, GroupInvitationRow.ends_at)
        .join(PersonRow, PersonRow.id == GroupInvitationRow.person_id)
        .where(_IS_ENGAGED, _HUMAN.in_(here))
        .order_by(GroupInvitationRow.starts_at, GroupInvitationRow.ends_at)
    )
    found: dict[str, list[Times]] = defaultdict(list)
    for key, start, end in rows:
        found[key].append((start, end))
    return found
