"""The decisions made since a backup, as read from the database that it will replace.

These are access changes, and decisions not to be asked after the cycle, not to stay in touch, or
not to be named in public.

The audit trail is authoritative: its rows are read starting after the last row of the backup, as
long as their seals form a chain. Therefore, a database that does not continue the backup has no
effect, and neither do rows added or removed by hand.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Transaction

from api.accounts.rows import PasskeyRow, RecoveryCodeRow, UserRow
from api.audit_trail.log import GENESIS_SEAL, LAST_SEAL, compute_seal
from api.audit_trail.rows import AuditRow
from api.consent.rows import ConsentKind
from api.crypto.key_ring import Keyring
from api.crypto.row_seal import SealedRow, is_sealed
from api.enrolment.rows import ApplicationRow
from api.participants.rows import PersonRow
from api.personal_links.rows import PersonPasskeyRow, PinRow

Row = dict[str, Any]
OWN_FACTORS = {PasskeyRow: "user_id", RecoveryCodeRow: "user_id"}
PERSONAL_FACTORS = {PinRow: "person_id", PersonPasskeyRow: "person_id"}
_OF_USERS = (
    *("user disabled", "user linked", "user unlinked", "second factor reset"),
    *("password and second factor set", "recovery codes made", "recovery code used"),
    "user access changed",
)
_OF_PEOPLE = ("PIN set", "PIN removed", "PIN reset")
_OF_CALLS = ("call opened", "call closed")
_REFUSED, _LEFT, _REMOVED, _ADDED = (
    *("application refused", "person left", "passkey removed", "passkey added"),
)
_WEBHOOK = "webhook removed"
_NOT_ASKED, _ASKED = "follow-ups refused", "follow-ups allowed"
_OPTIONAL = (ConsentKind.ALUMNI, ConsentKind.PUBLICITY)
_TAKEN_BACK = {kind: (f"{kind} taken back", f"{kind} agreed to") for kind in _OPTIONAL}
_REPEATED = {
    *(*_OF_USERS, *_OF_PEOPLE, *_OF_CALLS, _REFUSED, _LEFT, _REMOVED, _ADDED, _WEBHOOK),
    *(_NOT_ASKED, *(taken_back for taken_back, _ in _TAKEN_BACK.values())),
}
_REVERSED = {_ASKED, *(agreed for _, agreed in _TAKEN_BACK.values())}
"""The actions that reverse a decision, and are not repeated themselves."""
_PAGE = 1000


@dataclass(frozen=True, slots=True)
class TrailHead:
    """The number and the seal of a trail's last row."""

    number: int
    seal: str


class Event(NamedTuple):
    """An action in the trail, and its object."""

    action: str
    object_kind: str
    object_id: str


@dataclass(frozen=True, slots=True)
class AccessChanges:
    """The access changes and other decisions since a backup.

    Attributes:
        events: the recorded changes, in the order of the trail.
        users: the rows of the users whose access or factors changed, keyed by id.
        people: the ids of the people whose PIN changed or who added a passkey.
        factors: the factor rows of these users and people, keyed by table.
        passkeys: the ids of the passkeys that were removed.
        left: the ids of the people who left their cycle themselves.
        webhooks: the ids of the webhooks that were removed.
        cycles: the ids of the cycles in which an open call was opened or closed.
        refused: the ids of the cycles in which applications were refused.
        applications: the ids of the applications still waiting in those cycles, and the addresses
            of the people in them, in lower case.
        not_asked: the ids of the people who no longer want to be asked after their cycle.
        taken_back: the ids of the people who have withdrawn an optional consent, keyed by kind of
            consent.
    """

    events: tuple[Event, ...]
    users: Mapping[str, Row]
    people: Collection[str]
    factors: Mapping[type[SealedRow], Collection[Row]]
    passkeys: Collection[str]
    left: Collection[str]
    webhooks: Collection[str]
    cycles: Collection[str]
    refused: Collection[str]
    applications: Collection[str]
    not_asked: Collection[str]
    taken_back: Mapping[ConsentKind, Collection[str]]


def trail_head(tx: Transaction) -> TrailHead:
    """Return the head of the trail in a database."""
    last = tx.execute(LAST_SEAL).one_or_none()
    return TrailHead(0, GENESIS_SEAL) if last is None else TrailHead(last.number, last.seal)


def read_changes(tx: Transaction, keyring: Keyring, head: TrailHead) -> AccessChanges:
    """Return the access changes that a database's trail records after `head`.

    Users and people with a row whose seal is not valid are excluded.
    """
    events = _events_after(tx, keyring, head)
    factors: dict[type[SealedRow], list[Row]] = {}
    added = _objects(events, _ADDED)
    users = _trusted(tx, OWN_FACTORS, _objects(events, *_OF_USERS), added, factors)
    people = _trusted(tx, PERSONAL_FACTORS, _objects(events, *_OF_PEOPLE), added, factors)
    rows = tx.scalars(select(UserRow).where(UserRow.id.in_(users))).all()
    refused = _objects(events, _REFUSED)
    waiting = select(ApplicationRow.id).where(ApplicationRow.cycle_id.in_(refused))
    members = select(func.lower(PersonRow.email)).where(PersonRow.cycle_id.in_(refused))
    return AccessChanges(
        events=tuple(event for event in events if event.action in _REPEATED),
        users={row.id: _values(row) for row in rows if is_sealed(tx, row)},
        people=people,
        factors=factors,
        passkeys=_objects(events, _REMOVED),
        left=_objects(events, _LEFT),
        webhooks=_objects(events, _WEBHOOK),
        cycles=_objects(events, *_OF_CALLS),
        refused=refused,
        applications={*tx.scalars(waiting), *tx.scalars(members)},
        not_asked=_decided(events, _NOT_ASKED, _ASKED),
        taken_back={kind: _decided(events, *actions) for kind, actions in _TAKEN_BACK.items()},
    )


def _events_after(tx: Transaction, keyring: Keyring, head: TrailHead) -> tuple[Event, ...]:
    """Return the decisions after `head`, up to the first invalid seal.

    If an action was recorded several times for the same object, only the last record is returned.
    """
    found: dict[Event, None] = {}
    number, seal = head.number, head.seal
    query = select(AuditRow).where(AuditRow.number > head.number).order_by(AuditRow.number)
    with closing(tx.scalars(query.execution_options(yield_per=_PAGE))) as rows:
        for row in rows:
            expected = compute_seal(keyring, seal, row)
            if row.number != number + 1 or not hmac.compare_digest(row.seal, expected):
                break
            number, seal = row.number, row.seal
            if row.action in _REPEATED | _REVERSED:
                event = Event(row.action, row.object_kind, row.object_id)
                found.pop(event, None)
                found[event] = None
    return tuple(found)


def _objects(events: Collection[Event], *actions: str) -> set[str]:
    return {event.object_id for event in events if event.action in actions}


def _decided(events: Collection[Event], action: str, reverse: str) -> set[str]:
    """Return the ids of the objects for which `action` is the later of two opposite actions."""
    last = {one.object_id: one.action for one in events if one.action in {action, reverse}}
    return {person_id for person_id, latest in last.items() if latest == action}


def _trusted(
    tx: Transaction,
    tables: Mapping[Any, str],
    owners: set[str],
    added: set[str],
    factors: dict[type[SealedRow], list[Row]],
) -> set[str]:
    """Return the owners whose factors all have valid seals, and store their factors in `factors`.

    The owners of the factors whose ids are in `added` are included.
    """
    for table, owner in tables.items():
        column = getattr(table, owner)
        owners = owners | set(tx.scalars(select(column).where(table.id.in_(added))))
    rows = {
        table: list(tx.scalars(select(table).where(getattr(table, owner).in_(owners))))
        for table, owner in tables.items()
    }
    forged = {
        getattr(row, tables[table])
        for table, found in rows.items()
        for row in found
        if not is_sealed(tx, row)
    }
    for table, found in rows.items():
        own = (row for row in found if getattr(row, tables[table]) not in forged)
        factors[table] = [_values(row) for row in own]
    return owners - forged


def _values(row: Any) -> Row:  # noqa: ANN401 - a row of any table
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}
