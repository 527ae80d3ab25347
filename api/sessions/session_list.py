"""Defines how the list of a cycle's sessions can be searched, sorted and filtered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session as Transaction

from api.lists.query import Filter, ListDefinition, ListQuery
from api.lists.selection import Selected, contains_words, page_of
from api.participants.rows import PersonRow
from api.sessions import facts
from api.sessions.current_replies import IS_CURRENT, has_replied
from api.sessions.rows import RecordRow, ReplyRow, SessionRow, SessionState
from api.web.labels import Option
from coach.folding import folded
from coach.sessions import Reply

SESSION_LIST = ListDefinition(
    sorts=("when", "coachee", "coach"),
    filters=(
        Filter(
            "reply",
            facts.FILTER_REPLIES(),
            (
                Option("declined", facts.FILTER_DECLINED()),
                Option("waiting", facts.FILTER_REPLY_MISSING()),
                Option("accepted", facts.FILTER_BOTH_ACCEPTED()),
            ),
        ),
        Filter(
            "state",
            facts.FILTER_STATE(),
            (
                Option("coming", facts.FILTER_COMING()),
                Option("over", facts.FILTER_OVER()),
                Option("note", facts.FILTER_NOTE_MISSING()),
                Option("cancelled", facts.CANCELLED()),
            ),
        ),
    ),
)
_SIDES = (SessionRow.coachee_id, SessionRow.coach_id)
_CONFIRMED = SessionRow.state == SessionState.CONFIRMED
_HAS_RECORD = select(RecordRow.id).where(RecordRow.session_id == SessionRow.id).exists()
_OPEN = and_(_CONFIRMED, ~_HAS_RECORD)
IS_DECLINED = and_(
    _OPEN, or_(*(has_replied(side, ReplyRow.reply == Reply.DECLINED) for side in _SIDES))
)
"""The SQL condition for declined sessions that are not cancelled and have no record."""
_REPLIES: Mapping[str, ColumnElement[bool]] = {
    "declined": IS_DECLINED,
    "waiting": and_(_OPEN, or_(*(~has_replied(side) for side in _SIDES))),
    "accepted": and_(
        _CONFIRMED, *(has_replied(side, ReplyRow.reply == Reply.ACCEPTED) for side in _SIDES)
    ),
}
_STATES: Mapping[str, Callable[[datetime], ColumnElement[bool]]] = {
    "coming": lambda now: and_(_CONFIRMED, SessionRow.starts_at > now),
    "over": lambda now: and_(_CONFIRMED, SessionRow.ends_at <= now),
    "note": lambda now: and_(_OPEN, SessionRow.ends_at <= now),
    "cancelled": lambda _now: SessionRow.state == SessionState.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class ReplyCounts:
    """Counts of replies to confirmed sessions without a record, two per session."""

    accepted: int
    declined: int
    waiting: int


def select_sessions(
    tx: Transaction, cycle_id: str, query: ListQuery, *, now: datetime
) -> Selected[str]:
    """Return one page of the session ids in a cycle that match a query."""
    of_cycle = SessionRow.cycle_id == cycle_id
    statement = (
        select(SessionRow.id, *_SIDES)
        .where(of_cycle, *_conditions(query, now))
        .order_by(SessionRow.starts_at, SessionRow.uid)
    )
    found = list(tx.execute(statement))
    names: dict[str, str] = {}
    if query.text or query.sort != "when":
        names, matching = _names(tx, cycle_id, folded(query.text).split())
        found = [row for row in found if row[1] in matching or row[2] in matching]
    if query.sort != "when":
        side = 1 if query.sort == "coachee" else 2
        found.sort(key=lambda row: names[row[side]], reverse=query.descending)
    elif query.descending:
        found.reverse()
    total = tx.scalar(select(func.count()).select_from(SessionRow).where(of_cycle)) or 0
    return page_of([row[0] for row in found], query, total=total)


def count_replies(tx: Transaction, cycle_id: str) -> ReplyCounts:
    """Count the replies to a cycle's confirmed sessions without a record."""
    of_cycle = (SessionRow.cycle_id == cycle_id, _OPEN)
    sessions = tx.scalar(select(func.count()).select_from(SessionRow).where(*of_cycle)) or 0
    replies = tx.execute(
        select(ReplyRow.reply, func.count())
        .join(SessionRow, SessionRow.id == ReplyRow.session_id)
        .where(*of_cycle, IS_CURRENT, or_(*(ReplyRow.person_id == side for side in _SIDES)))
        .group_by(ReplyRow.reply)
    )
    counts = dict(replies.all())
    accepted, declined = counts.get(Reply.ACCEPTED, 0), counts.get(Reply.DECLINED, 0)
    return ReplyCounts(accepted, declined, 2 * sessions - accepted - declined)


def declined_sessions(tx: Transaction, cycle_id: str, most: int) -> tuple[list[str], int]:
    """Return the ids of the first declined sessions, and the number of all declined sessions."""
    declined = (SessionRow.cycle_id == cycle_id, IS_DECLINED)
    first = select(SessionRow.id).where(*declined).order_by(SessionRow.starts_at, SessionRow.uid)
    number = tx.scalar(select(func.count()).select_from(SessionRow).where(*declined)) or 0
    return list(tx.scalars(first.limit(most))), number


def _conditions(query: ListQuery, now: datetime) -> list[ColumnElement[bool]]:
    conditions = []
    if reply := query.chosen.get("reply"):
        conditions.append(_REPLIES[reply])
    if state := query.chosen.get("state"):
        conditions.append(_STATES[state](now))
    return conditions


def _names(
    tx: Transaction, cycle_id: str, words: Sequence[str]
) -> tuple[dict[str, str], frozenset[str]]:
    """Return folded names keyed by id, and ids of people whose name or code has all words."""
    people = tx.execute(
        select(PersonRow.id, PersonRow.name, PersonRow.code).where(PersonRow.cycle_id == cycle_id)
    ).all()
    names = {row.id: folded(row.name) for row in people}
    found = (row.id for row in people if contains_words((row.name, row.code), words))
    return names, frozenset(found)
