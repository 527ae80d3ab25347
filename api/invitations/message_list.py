"""Defines how the list of people with emails can be searched, sorted and filtered."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Transaction

from api.invitations import facts
from api.lists.query import Filter, ListDefinition
from api.lists.selection import RowAccess
from api.mail.rows import OUTBOX_KINDS, MailRow, MailState
from api.participants.rows import PersonRow, Side
from api.web.labels import Badge, Option
from coach.folding import folded

STATE = {
    MailState.DRAFT: Badge(facts.STATE_DRAFT(), "warn"),
    MailState.WAITING: Badge(facts.STATE_WAITING()),
    MailState.SENDING: Badge(facts.STATE_SENDING()),
    MailState.SENT: Badge(facts.STATE_SENT(), "good"),
    MailState.FAILED: Badge(facts.STATE_FAILED(), "bad"),
    MailState.CANCELLED: Badge(facts.STATE_CANCELLED()),
    MailState.SENT_OTHERWISE: Badge(facts.STATE_SENT_OTHERWISE(), "good"),
}
_FILTERED_STATES = {state: badge.words for state, badge in STATE.items()} | {
    MailState.DRAFT: facts.FILTER_DRAFT(),
    MailState.FAILED: facts.FILTER_FAILED(),
}
MESSAGE_LIST = ListDefinition(
    sorts=("name", "id"),
    filters=(
        Filter(
            "state",
            facts.FILTER_STATE(),
            tuple(Option(state, words) for state, words in _FILTERED_STATES.items()),
        ),
        Filter(
            "side",
            facts.FILTER_SIDE(),
            (
                Option(Side.COACHEE, facts.FILTER_COACHEES()),
                Option(Side.COACH, facts.FILTER_COACHES()),
            ),
        ),
    ),
    page_size=25,
)


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person who is sent emails, with the number of their emails in each state."""

    id: str
    side: Side
    code: str
    name: str
    states: dict[MailState, int]


MESSAGE_ACCESS: RowAccess[Recipient] = RowAccess(
    texts=lambda row: (row.name, row.code),
    keys={"name": lambda row: folded(row.name), "id": lambda row: row.code},
    conditions={
        "state": lambda row, state: MailState(state) in row.states,
        "side": lambda row, side: row.side == side,
    },
    identify=lambda row: row.id,
)


def recipients(tx: Transaction, cycle_id: str) -> list[Recipient]:
    """Return the people in a cycle who have introductions, invitations or cancellations."""
    counted = tx.execute(
        select(MailRow.person_id, MailRow.state, func.count())
        .where(MailRow.cycle_id == cycle_id, MailRow.kind.in_(OUTBOX_KINDS))
        .group_by(MailRow.person_id, MailRow.state)
    )
    states: dict[str, dict[MailState, int]] = {}
    for person_id, state, count in counted:
        states.setdefault(person_id, {})[state] = count
    people = tx.execute(
        select(PersonRow.id, PersonRow.side, PersonRow.code, PersonRow.name)
        .where(PersonRow.cycle_id == cycle_id)
        .order_by(PersonRow.id)
    )
    return [
        Recipient(row.id, row.side, row.code, row.name, states[row.id])
        for row in people
        if row.id in states
    ]
