"""Versions of a cycle's policy, lists and published plan, which prevent lost updates.

A client that has read a version sends it back with its change. If the version has increased in the
meantime, the change is refused, and the error describes the intervening changes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.accounts.rows import UserRow
from api.audit_trail.action_facts import ACTIONS
from api.audit_trail.rows import AuditRow
from api.cycles import facts
from api.cycles.rows import CycleRow
from api.values import FrozenModel
from api.web.date_formats import format_short_datetime
from coach.errors import ChangedSinceError, Difference
from coach.texts.facts import Fact, Message

_UTC = ZoneInfo("UTC")
_MOST_SHOWN = 10


class Part(StrEnum):
    """A part of a cycle that has a version."""

    POLICY = "policy"
    LISTS = "lists"
    PLANS = "plans"


_ACTIONS = {
    Part.POLICY: ("policy replaced",),
    Part.LISTS: ("coachee list taken in", "coach list taken in", "lists undone", "list edited"),
    Part.PLANS: ("plan published",),
}
_CHANGED: dict[Part, Message] = {
    Part.POLICY: facts.POLICY_CHANGED,
    Part.LISTS: facts.LISTS_CHANGED,
    Part.PLANS: facts.PLANS_CHANGED,
}


class CycleVersions(FrozenModel):
    """The versions of a cycle's parts. Each change to a part increases its version.

    The version of the lists does not change if people change their own details.
    """

    policy: int
    lists: int
    plans: int


def versions_of(row: CycleRow) -> CycleVersions:
    """Return the versions in a cycle's row."""
    return CycleVersions(
        policy=row.policy_version, lists=row.lists_version, plans=row.plans_version
    )


def next_version(row: CycleRow, part: Part) -> int:
    """Increase a part's version, and return the new version to be recorded with the change."""
    column = f"{part}_version"
    version: int = getattr(row, column) + 1
    setattr(row, column, version)
    return version


def require_version(
    tx: Transaction,
    row: CycleRow,
    part: Part,
    seen: int | None,
    differences: Callable[[], Iterable[Difference]] = tuple,
    *,
    objects: Collection[str] = (),
) -> None:
    """Check that a part still has the version `seen`, unless `seen` is `None`.

    Args:
        tx: the transaction of the change.
        row: the cycle.
        part: the part that is about to be changed.
        seen: the version on which the change is based.
        differences: returns how the stored part differs from the submitted one.
        objects: the ids of the objects as recorded in the audit trail; by default, the id of the
            cycle.

    Raises:
        ChangedSinceError: the part has another version.
    """
    if seen is None or seen == getattr(row, f"{part}_version"):
        return

    def is_later(event: AuditRow) -> bool:
        return int(event.detail.get("version", 0)) > seen

    changes = [*_changes(tx, part, objects or [row.id], is_later)] or [facts.UNKNOWN_CHANGE()]
    raise ChangedSinceError(_CHANGED[part](changes=changes), differences())


def _changes(
    tx: Transaction, part: Part, objects: Collection[str], is_later: Callable[[AuditRow], bool]
) -> Iterator[Fact]:
    """Yield the latest changes to a part for which `is_later` is true, oldest first."""
    events = tx.scalars(
        select(AuditRow)
        .where(AuditRow.object_id.in_(objects), AuditRow.action.in_(_ACTIONS[part]))
        .order_by(AuditRow.number.desc())
        .limit(_MOST_SHOWN)
    ).all()
    actors = {event.actor_id for event in events if event.actor_id}
    found = tx.execute(select(UserRow.id, UserRow.name).where(UserRow.id.in_(actors)))
    names = {user.id: user.name for user in found}
    for event in reversed(events):
        if is_later(event):
            name = names.get(event.actor_id or "")
            yield facts.CHANGE(
                what=_what(event),
                who=facts.USER(name=name) if name else facts.SOMEBODY(),
                when=_when(event.at),
            )


def _what(event: AuditRow) -> Fact:
    label = ACTIONS[event.action]
    if "added" not in event.detail:
        return label
    counts = {name: event.detail[name] for name in ("added", "changed", "left")}
    return facts.LIST_CHANGE(what=label, **counts)


def _when(at: datetime) -> Fact:
    return format_short_datetime(at, _UTC)
