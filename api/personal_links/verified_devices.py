"""Verified devices: browsers and programs in which a person has been verified.

A device presents its secret in the header `X-Device-Key` or in a cookie, in addition to the
person's secret link.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from fastapi import Request, Response
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session as Transaction

from api.accounts import credentials
from api.accounts.credentials import (
    CLOCK_SKEW,
    SECRET_BYTES,
    TOUCH_INTERVAL,
    IssuedSecret,
    sha256_of,
)
from api.accounts.rows import CredentialRow
from api.audit_trail.log import record_event
from api.crypto.row_seal import is_sealed
from api.database.types import new_id
from api.http.cookies import set_secret_cookie, verified_device_cookie
from api.http.permissions import ASKED_LATER
from api.http.principal import Principal, Verification
from api.personal_links import facts
from api.personal_links.rows import VerifiedDeviceRow
from api.services import Services
from api.settings import Settings
from api.values import FrozenModel
from coach.errors import NotFoundError

DEVICE_HEADER = "X-Device-Key"
OPEN_FOR = timedelta(hours=2)
REMEMBERED_FOR = timedelta(days=90)
_BY_CODE = frozenset({Verification.CODE, Verification.CODE_AND_PIN})
_BY_SECRET = select(VerifiedDeviceRow).where(VerifiedDeviceRow.secret_sha256 == bindparam("sha256"))


class DeviceView(FrozenModel):
    """A verified device, as shown to its owner; `is_this_one` is true if it sent the request."""

    id: str
    name: str
    verification: Verification
    remembered: bool
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    is_this_one: bool


def verify_by_device(
    tx: Transaction, request: Request, settings: Settings, principal: Principal, now: datetime
) -> Principal:
    """Return `principal`, verified if the request contains the secret of one of their devices."""
    if principal.person_id is None or principal.role not in ASKED_LATER or principal.is_verified:
        return principal
    secret = request.headers.get(DEVICE_HEADER) or request.cookies.get(
        verified_device_cookie(settings, principal.person_id), ""
    )
    row = tx.scalar(_BY_SECRET, {"sha256": sha256_of(secret)}) if secret else None
    if row is None or row.person_id != principal.person_id or not _is_valid(row, now):
        return principal
    if not is_sealed(tx, row):
        return principal
    return replace(principal, verification=row.verification, device_id=row.id)


def issue_device(
    tx: Transaction,
    principal: Principal,
    verification: Verification,
    name: str,
    *,
    remember: bool,
    now: datetime,
) -> IssuedSecret:
    """Verify the device that `principal` is using, and return its secret.

    The verification ends no later than the link. If the device was already verified, the earlier
    verification ends.
    """
    person_id = principal.person_id or ""
    if principal.device_id is not None:
        tx.get_one(VerifiedDeviceRow, principal.device_id).revoked_at = now
    link = tx.get_one(CredentialRow, principal.credential_id)
    expires_at = min(link.expires_at, now + (REMEMBERED_FOR if remember else OPEN_FOR))
    secret = secrets.token_urlsafe(SECRET_BYTES)
    row = VerifiedDeviceRow(
        id=new_id(),
        person_id=person_id,
        secret_sha256=sha256_of(secret),
        verification=verification,
        name=name[:100],
        remembered=remember,
        created_at=now,
        expires_at=expires_at,
    )
    tx.add(row)
    tx.flush()
    verified = replace(principal, verification=verification, device_id=row.id)
    record_event(tx, "device verified", "person", person_id, by=verified)
    return IssuedSecret(id=row.id, secret=secret, expires_at=expires_at)


def set_device_cookie(
    response: Response,
    services: Services,
    principal: Principal,
    device: IssuedSecret,
    *,
    remember: bool,
) -> None:
    """Set the cookie with a device's secret; without `remember`, it is a session cookie."""
    name = verified_device_cookie(services.settings, principal.person_id or "")
    seconds = int((device.expires_at - services.now()).total_seconds()) if remember else None
    set_secret_cookie(response, services.settings, name, device.secret, seconds)


def was_just_verified_by_code(tx: Transaction, principal: Principal, *, now: datetime) -> bool:
    """Return whether an emailed code verified the principal's device within the last two hours.

    Actions that require this are not possible on a device that was verified earlier, even if it is
    remembered for longer.
    """
    if principal.device_id is None or principal.verification not in _BY_CODE:
        return False
    row = tx.get(VerifiedDeviceRow, principal.device_id)
    return row is not None and row.created_at > now - OPEN_FOR


def devices_of(tx: Transaction, principal: Principal, *, now: datetime) -> tuple[DeviceView, ...]:
    """Return the principal's devices that are verified now, newest first."""
    return tuple(
        DeviceView(
            id=row.id,
            name=row.name,
            verification=row.verification,
            remembered=row.remembered,
            created_at=row.created_at,
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
            is_this_one=row.id == principal.device_id,
        )
        for row in _rows_of(tx, principal.person_id or "")
        if _is_valid(row, now)
    )


def needs_touch(tx: Transaction, principal: Principal, now: datetime) -> bool:
    """Return whether the recorded last use of a principal's credential or device is out of date."""
    credential_id, device_id = principal.credential_id, principal.device_id
    if credential_id is not None and credentials.needs_touch(tx, credential_id, now):
        return True
    if device_id is None:
        return False
    last_used_at = tx.get_one(VerifiedDeviceRow, device_id).last_used_at
    return last_used_at is None or now - last_used_at > TOUCH_INTERVAL


def touch(tx: Transaction, principal: Principal, now: datetime) -> None:
    """Record that a principal's credential and device were used."""
    if principal.credential_id is not None:
        credentials.touch(tx, principal.credential_id, now)
    if principal.device_id is not None:
        tx.get_one(VerifiedDeviceRow, principal.device_id).last_used_at = now


def end_device(services: Services, principal: Principal, device_id: str) -> None:
    """End the verification of one of the principal's devices.

    Raises:
        NotFoundError: there is no such device, or it belongs to somebody else.
    """
    with services.database.writing() as tx:
        row = tx.get(VerifiedDeviceRow, device_id)
        if row is None or row.person_id != principal.person_id:
            raise NotFoundError(facts.NO_SUCH_DEVICE())
        row.revoked_at = row.revoked_at or services.now()
        record_event(tx, "device ended", "person", row.person_id)


def end_devices(
    tx: Transaction, person_id: str, *, now: datetime, except_id: str | None = None
) -> None:
    """End the verification of all of a person's devices except `except_id`."""
    for row in _rows_of(tx, person_id):
        if row.id != except_id:
            row.revoked_at = row.revoked_at or now


def _rows_of(tx: Transaction, person_id: str) -> list[VerifiedDeviceRow]:
    return list(
        tx.scalars(
            select(VerifiedDeviceRow)
            .where(VerifiedDeviceRow.person_id == person_id)
            .order_by(VerifiedDeviceRow.created_at.desc(), VerifiedDeviceRow.id)
        )
    )


def _is_valid(row: VerifiedDeviceRow, now: datetime) -> bool:
    """Return whether a verification is neither ended nor expired, nor dated in the future."""
    clock_is_right = row.created_at - now <= CLOCK_SKEW
    return row.revoked_at is None and row.expires_at > now and clock_is_right
