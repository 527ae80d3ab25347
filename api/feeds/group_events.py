"""The query for the group events in a person's feed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import String, and_, bindparam, select

from api.feeds.event_query import CANCELLED_SHOWN_FOR, EventQuery, LeavesFeed
from api.participants.group_rows import GroupEventDateRow, GroupInvitationRow
from coach.invitations import Status
from coach.sessions import Reply


def _own_query() -> EventQuery:
    row = GroupInvitationRow
    accepted = and_(row.reply == Reply.ACCEPTED, row.reply_sequence >= row.asked_sequence)
    columns: tuple[Any, ...] = (
        *(GroupEventDateRow.uid, row.kind, row.starts_at, row.ends_at, row.first_day, row.last_day),
        *(row.sequence, row.status, row.changed_at, row.place, row.join_link),
        accepted.label("accepted"),
    )
    query = (
        select(*columns)
        .join(GroupEventDateRow, GroupEventDateRow.id == row.date_id)
        .where(row.person_id == bindparam("person_id", type_=String))
        .order_by(row.starts_at, GroupEventDateRow.uid)
    )
    cancelled = LeavesFeed(row.changed_at, CANCELLED_SHOWN_FOR, row.status == Status.CANCELLED)
    return EventQuery(query, (row.changed_at, row.replied_at), (cancelled,))


OWN_GROUP_EVENTS = _own_query()
