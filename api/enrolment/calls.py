"""Open calls: the office opens a call for a cycle, and anyone with its link can apply."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session as Transaction

from api.accounts.credentials import sha256_of
from api.audit_trail.log import record_event
from api.crypto.key_ring import Keyring
from api.crypto.row_seal import sealed_or_none
from api.cycles.service import CycleHeader, cycle_header
from api.database.types import new_id
from api.enrolment import facts
from api.enrolment.rows import CallRow
from api.http import urls
from api.participants.rows import Side
from api.services import Services
from api.values import FrozenModel
from coach.errors import ConflictError, NotFoundError


class CallInput(FrozenModel):
    """The input for opening a call: its last day, and a side; `None` means both sides can apply."""

    side: Side | None = None
    last_day: date


class OpenCall(FrozenModel):
    """An open call, as shown to the office. `link` is the URL to publish."""

    link: str
    side: Side | None
    last_day: date


class PublicCall(FrozenModel):
    """An open call, as shown to anyone with its link."""

    id: str
    cycle: CycleHeader
    side: Side | None
    last_day: date


def open_call(services: Services, cycle_id: str, wanted: CallInput) -> OpenCall:
    """Open a call for a cycle until the end of the call's last day, and return its link.

    Any earlier call is replaced, and its link stops working.

    Raises:
        NotFoundError: there is no such cycle.
        ConflictError: this server sends no email, or the last day is in the past or after the
            cycle.
    """
    if not services.settings.mail.enabled:
        raise ConflictError(facts.NO_MAIL())
    with services.database.writing() as tx:
        cycle, now = cycle_header(tx, cycle_id), services.now()
        zone = ZoneInfo(cycle.timezone)
        if not now.astimezone(zone).date() <= wanted.last_day <= cycle.end:
            raise ConflictError(facts.CLOSES_IN_THE_PAST())
        tx.execute(delete(CallRow).where(CallRow.cycle_id == cycle_id))
        identifier = new_id()
        row = CallRow(
            id=identifier,
            cycle_id=cycle_id,
            side=wanted.side,
            secret_sha256=sha256_of(_secret(services.keyring, identifier)),
            created_at=now,
            closes_at=datetime.combine(wanted.last_day + timedelta(days=1), time(), zone),
        )
        tx.add(row)
        record_event(tx, "call opened", "cycle", cycle_id)
        return _shown(services, row, cycle)


def close_call(services: Services, cycle_id: str) -> None:
    """Close a cycle's call, if there is one. Applications remain.

    Raises:
        NotFoundError: there is no such cycle.
    """
    with services.database.writing() as tx:
        cycle_header(tx, cycle_id)
        row = tx.scalar(select(CallRow).where(CallRow.cycle_id == cycle_id))
        if row is not None:
            tx.delete(row)
            record_event(tx, "call closed", "cycle", cycle_id)


def call_of_cycle(tx: Transaction, services: Services, cycle_id: str) -> OpenCall | None:
    """Return a cycle's call, or `None` if there is none or it has ended."""
    row = sealed_or_none(
        tx,
        tx.scalar(
            select(CallRow).where(CallRow.cycle_id == cycle_id, CallRow.closes_at > services.now())
        ),
    )
    return None if row is None else _shown(services, row, cycle_header(tx, cycle_id))


def read_call(services: Services, secret: str) -> PublicCall:
    """Return the open call that a link belongs to.

    Raises:
        NotFoundError: there is no such call, or it has ended.
    """
    with services.database.reading() as tx:
        return public_call(tx, services, secret)


def public_call(tx: Transaction, services: Services, secret: str) -> PublicCall:
    """Return the open call that a link belongs to; see `read_call`."""
    found = tx.scalar(select(CallRow).where(CallRow.secret_sha256 == sha256_of(secret)))
    row = sealed_or_none(tx, found)
    if row is None or row.closes_at <= services.now():
        raise NotFoundError(facts.NO_CALL())
    cycle = cycle_header(tx, row.cycle_id)
    return PublicCall(id=row.id, cycle=cycle, side=row.side, last_day=_last_day(row, cycle))


def _secret(keyring: Keyring, call_id: str) -> str:
    return keyring.link_secret(f"call:{call_id}")


def _last_day(row: CallRow, cycle: CycleHeader) -> date:
    return row.closes_at.astimezone(ZoneInfo(cycle.timezone)).date() - timedelta(days=1)


def _shown(services: Services, row: CallRow, cycle: CycleHeader) -> OpenCall:
    link = services.settings.base_url + urls.join(_secret(services.keyring, row.id))
    return OpenCall(link=link, side=row.side, last_day=_last_day(row, cycle))
