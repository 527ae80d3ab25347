"""Reads and filters the audit trail, with pseudonyms for auditors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from typing import Annotated

from pydantic import Field
from sqlalchemy import ColumnElement, Select, or_, select, union_all
from sqlalchemy.orm import Session as Transaction

from api.accounts.rows import UserRow
from api.audit_trail.rows import AuditRow
from api.audit_trail.trail_status import AuditTrailStatus, trail_status
from api.coaching.life.early_ends import figures_of_all_cycles
from api.crypto.key_ring import Keyring
from api.http.principal import Principal
from api.overview.cycles import CycleSummary, all_summaries
from api.overview.statistics import CycleStatistics, cycle_statistics
from api.participants.rows import HumanRow, PersonRow
from api.runs.rows import PlanRow, RunRow
from api.services import Services
from api.sessions.rows import SessionRow
from api.values import FrozenModel
from coach.early_ends import EarlyEndReason
from coach.feedback import SingleLineText

_PEOPLE = frozenset({"person", "human"})
_PSEUDONYM = "P-"
# The actor id of aides, and of posts that have taken over a commitment, is the id of their coachee.
_ROLES_OF_PEOPLE = frozenset({"coach", "coachee", "aide", "follow_up", "post"})
_FilterText = Annotated[str, Field(max_length=100), SingleLineText]


class AuditEntry(FrozenModel):
    """An event in the audit trail. Auditors see pseudonyms instead of people's identifiers."""

    number: int
    at: datetime
    role: str
    actor_id: str | None
    action: str
    object_kind: str
    object_id: str
    detail: dict[str, str | int]


class AuditFilter(FrozenModel):
    """A filter for audit events. Fields that are `None` are ignored.

    `since` and `until` are dates in UTC, both inclusive. `cycle_id` selects the events about a
    cycle and its people, sessions, runs and plans. `before` selects the events with a lower number.
    """

    actor_id: _FilterText | None = None
    object_id: _FilterText | None = None
    object_kind: _FilterText | None = None
    action: _FilterText | None = None
    cycle_id: _FilterText | None = None
    since: date | None = None
    until: date | None = None
    before: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 200


@dataclass(frozen=True, slots=True)
class AuditPage:
    """The contents of the audit page.

    Attributes:
        entries: the selected events, newest first.
        names: the names of users and, for managers, the codes of people in `entries`, keyed by
            identifier.
        trail_status: the state of the trail and the result of its last check.
        cycles: all cycles, newest first.
        statistics: statistics of every cycle; empty for managers.
        early_ends: the number of pairs that ended early for each reason, `None` where it would
            reveal too much; empty for managers.
    """

    entries: tuple[AuditEntry, ...]
    names: Mapping[str, str]
    trail_status: AuditTrailStatus
    cycles: tuple[CycleSummary, ...]
    statistics: tuple[CycleStatistics, ...]
    early_ends: Mapping[EarlyEndReason, int | None]


def list_entries(
    services: Services, principal: Principal, filters: AuditFilter
) -> tuple[AuditEntry, ...]:
    """Return the events that match `filters`, newest first."""
    with services.database.reading() as tx:
        return _entries(tx, services.keyring, principal, filters)


def read_audit_page(
    services: Services, principal: Principal, filters: AuditFilter | None
) -> AuditPage:
    """Return the contents of the audit page, without events if `filters` is `None`."""
    with services.database.reading() as tx:
        entries = _entries(tx, services.keyring, principal, filters) if filters else ()
        return AuditPage(
            entries=entries,
            names=_display_names(tx, principal, entries),
            trail_status=trail_status(tx),
            cycles=all_summaries(tx),
            statistics=() if principal.is_manager else cycle_statistics(tx),
            early_ends={} if principal.is_manager else figures_of_all_cycles(tx),
        )


def _entries(
    tx: Transaction, keyring: Keyring, principal: Principal, filters: AuditFilter
) -> tuple[AuditEntry, ...]:
    people = _resolve_pseudonyms(tx, keyring, (filters.actor_id, filters.object_id))
    return tuple(
        _entry(row, pseudonymise=None if principal.is_manager else keyring.pseudonym)
        for row in tx.scalars(_filtered(filters, people))
    )


def _display_names(
    tx: Transaction, principal: Principal, entries: tuple[AuditEntry, ...]
) -> dict[str, str]:
    """Map identifiers in `entries` to user names and, for managers only, people's codes."""
    identifiers = {one.actor_id for one in entries if one.actor_id}
    identifiers |= {one.object_id for one in entries if one.object_kind in {"user", *_PEOPLE}}
    users = select(UserRow.id, UserRow.name).where(UserRow.id.in_(identifiers))
    names = dict(tx.execute(users).all())
    if principal.is_manager:
        people = select(PersonRow.id, PersonRow.code).where(PersonRow.id.in_(identifiers))
        names |= dict(tx.execute(people).all())
    return names


def _entry(row: AuditRow, pseudonymise: Callable[[str], str] | None) -> AuditEntry:
    """Convert a row to an `AuditEntry`. If `pseudonymise` is given, apply it to people's ids."""
    actor, object_id = row.actor_id, row.object_id
    if pseudonymise is not None and actor is not None and row.role in _ROLES_OF_PEOPLE:
        actor = pseudonymise(actor)
    if pseudonymise is not None and row.object_kind in _PEOPLE:
        object_id = pseudonymise(object_id)
    return AuditEntry(
        number=row.number,
        at=row.at,
        role=row.role,
        actor_id=actor,
        action=row.action,
        object_kind=row.object_kind,
        object_id=object_id,
        detail=row.detail,
    )


def _resolve_pseudonyms(
    tx: Transaction, keyring: Keyring, wanted: tuple[str | None, ...]
) -> dict[str, str]:
    """Map the pseudonyms in `wanted` to ids by computing every person's and human's pseudonym."""
    sought = {one for one in wanted if one is not None and one.startswith(_PSEUDONYM)}
    if not sought:
        return {}
    people = chain(tx.scalars(select(PersonRow.id)), tx.scalars(select(HumanRow.id)))
    pseudonyms = ((keyring.pseudonym(one), one) for one in people)
    return {pseudonym: one for pseudonym, one in pseudonyms if pseudonym in sought}


def _filtered(filters: AuditFilter, people: dict[str, str]) -> Select[AuditRow]:
    query = select(AuditRow).order_by(AuditRow.number.desc()).limit(filters.limit)
    for column, wanted in (
        (AuditRow.actor_id, filters.actor_id),
        (AuditRow.object_id, filters.object_id),
        (AuditRow.object_kind, filters.object_kind),
        (AuditRow.action, filters.action),
    ):
        if wanted is not None:
            query = query.where(column == people.get(wanted, wanted))
    if filters.cycle_id is not None:
        query = query.where(_of_cycle(filters.cycle_id))
    if filters.since is not None:
        query = query.where(AuditRow.at >= _midnight(filters.since))
    if filters.until is not None and filters.until < date.max:
        query = query.where(AuditRow.at < _midnight(filters.until) + timedelta(days=1))
    if filters.before is not None:
        query = query.where(AuditRow.number < filters.before)
    return query


def _of_cycle(cycle_id: str) -> ColumnElement[bool]:
    tables = (PersonRow, SessionRow, RunRow, PlanRow)
    parts = union_all(*(select(table.id).where(table.cycle_id == cycle_id) for table in tables))
    return or_(AuditRow.object_id == cycle_id, AuditRow.object_id.in_(parts))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
