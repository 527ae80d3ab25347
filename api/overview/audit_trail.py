"""Looking at the audit trail: by filters, page by page, and what the last check of it found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from pydantic import Field
from sqlalchemy import ColumnElement, Select, or_, select, union_all
from sqlalchemy.orm import Session as Transaction

from api.accounts.rows import UserRow
from api.audit_trail.rows import AuditRow
from api.crypto.key_ring import Keyring
from api.http.principal import Principal
from api.participants.rows import PersonRow
from api.runs.rows import PlanRow, RunRow
from api.sessions.rows import SessionRow
from api.values import FrozenModel
from coach.feedback import SingleLineText

_PERSON = "person"
_PSEUDONYM = "P-"
_ROLES_OF_PEOPLE = frozenset({"coach", "coachee"})
_FilterText = Annotated[str, Field(max_length=100), SingleLineText]


class AuditEntry(FrozenModel):
    """One act, as it is shown. An auditor sees pseudonyms in the place of people's identifiers."""

    number: int
    at: datetime
    role: str
    actor_id: str | None
    action: str
    object_kind: str
    object_id: str
    detail: dict[str, str | int]


class AuditFilter(FrozenModel):
    """Which acts to show; what is `None` does not filter.

    `since` and `until` are days in UTC, both included. `cycle_id` takes acts on the cycle itself,
    and on its people, sessions, runs and plans. `before` is a number in the trail.
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


def list_entries(
    tx: Transaction, keyring: Keyring, principal: Principal, filters: AuditFilter
) -> tuple[AuditEntry, ...]:
    """The acts that `filters` selects, the youngest first."""
    people = _resolve_pseudonyms(tx, keyring, (filters.actor_id, filters.object_id))
    return tuple(
        _entry(row, pseudonymise=None if principal.is_manager else keyring.pseudonym)
        for row in tx.scalars(_filtered(filters, people))
    )


def display_names(
    tx: Transaction, principal: Principal, shown: tuple[AuditEntry, ...]
) -> dict[str, str]:
    """What to call those who occur in `shown`, by identifier.

    Users are called by their name; people by their code, and that for managers alone.
    """
    identifiers = {one.actor_id for one in shown if one.actor_id}
    identifiers |= {one.object_id for one in shown if one.object_kind in {"user", _PERSON}}
    users = select(UserRow.id, UserRow.name).where(UserRow.id.in_(identifiers))
    names = dict(tx.execute(users).all())
    if principal.is_manager:
        people = select(PersonRow.id, PersonRow.code).where(PersonRow.id.in_(identifiers))
        names |= dict(tx.execute(people).all())
    return names


def _entry(row: AuditRow, pseudonymise: Callable[[str], str] | None) -> AuditEntry:
    """One act; `pseudonymise` makes a pseudonym of a person's identifier."""
    actor, object_id = row.actor_id, row.object_id
    if pseudonymise is not None and actor is not None and row.role in _ROLES_OF_PEOPLE:
        actor = pseudonymise(actor)
    if pseudonymise is not None and row.object_kind == _PERSON:
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
    """The identifiers behind pseudonyms that are filtered by; every person is tried."""
    sought = {one for one in wanted if one is not None and one.startswith(_PSEUDONYM)}
    if not sought:
        return {}
    pseudonyms = ((keyring.pseudonym(one), one) for one in tx.scalars(select(PersonRow.id)))
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
