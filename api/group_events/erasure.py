"""Erasure of personal data in group events.

Invitations keep their time, reply and attendance, from which totals are computed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Select, case, delete, select, update
from sqlalchemy.orm import Session as Transaction

from api.participants.group_rows import (
    MAX_PLACE_LENGTH,
    MAX_TITLE_LENGTH,
    GroupEventDateRow,
    GroupEventPersonRow,
    GroupEventRow,
    GroupInvitationRow,
    GroupReplyRow,
)
from coach.invitations import Status


def erase_group_events(
    tx: Transaction,
    cycle_id: str,
    person_ids: Select[str],
    redact: Callable[[str], str],
    *,
    now: datetime,
) -> None:
    """Clear erased people's comments, cancel their upcoming invitations, and redact other texts."""
    own = select(GroupInvitationRow.id).where(GroupInvitationRow.person_id.in_(person_ids))
    coming = GroupInvitationRow.starts_at > now
    for statement in (
        delete(GroupEventPersonRow).where(GroupEventPersonRow.person_id.in_(person_ids)),
        update(GroupReplyRow).where(GroupReplyRow.invitation_id.in_(own)).values(comment=""),
        update(GroupInvitationRow)
        .where(GroupInvitationRow.person_id.in_(person_ids))
        .values(
            comment="",
            place="",
            join_link="",
            status=case((coming, Status.CANCELLED), else_=GroupInvitationRow.status),
        ),
    ):
        tx.execute(statement, execution_options={"synchronize_session": False})
    events = select(GroupEventRow).where(GroupEventRow.cycle_id == cycle_id)
    for event in tx.scalars(events):
        event.title = redact(event.title)[:MAX_TITLE_LENGTH]
        event.place = redact(event.place)[:MAX_PLACE_LENGTH]
    dates = (
        select(GroupEventDateRow.id)
        .join(GroupEventRow, GroupEventRow.id == GroupEventDateRow.event_id)
        .where(GroupEventRow.cycle_id == cycle_id)
    )
    for row in tx.scalars(
        select(GroupInvitationRow)
        .where(GroupInvitationRow.date_id.in_(dates), GroupInvitationRow.place != "")
        .execution_options(populate_existing=True)
    ):
        row.place = redact(row.place)[:MAX_PLACE_LENGTH]
