"""Counts, by cycle, of the programme office's tasks about group events."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Function, Select, func, select

from api.participants.group_rows import GroupEventDateRow, GroupEventRow, GroupInvitationRow
from coach.invitations import Status
from coach.sessions import Reply

_UNANSWERED_WITHIN = timedelta(days=7)


def count_unanswered_invitations(now: datetime) -> Select[str, int]:
    """Return a query that counts, by cycle, the unanswered invitations to required events.

    Only events in the next seven days are considered.
    """
    return _invitations(func.count()).where(
        GroupInvitationRow.is_required,
        GroupInvitationRow.starts_at > now,
        GroupInvitationRow.starts_at <= now + _UNANSWERED_WITHIN,
        (GroupInvitationRow.reply == Reply.NONE)
        | (GroupInvitationRow.reply_sequence < GroupInvitationRow.asked_sequence),
    )


def count_unrecorded_dates(now: datetime) -> Select[str, int]:
    """Return a query that counts, by cycle, the past dates for which attendance is not recorded."""
    return _invitations(func.count(GroupEventDateRow.id.distinct())).where(
        GroupInvitationRow.ends_at <= now, GroupInvitationRow.attended.is_(None)
    )


def _invitations(number: Function[int]) -> Select[str, int]:
    return (
        select(GroupEventRow.cycle_id, number)
        .join(GroupEventDateRow, GroupEventDateRow.event_id == GroupEventRow.id)
        .join(GroupInvitationRow, GroupInvitationRow.date_id == GroupEventDateRow.id)
        .where(GroupInvitationRow.status == Status.CONFIRMED)
        .group_by(GroupEventRow.cycle_id)
    )
