"""Recent verification, which is required for changes to a person's PIN and passkeys.

A device can stay verified for 90 days. Anyone who steals it must not be able to replace the factors
that verify devices.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.crypto.row_seal import sealed_or_none
from api.http.principal import Principal, Verification
from api.personal_links import facts
from api.personal_links.rows import PersonPasskeyRow, PinRow, VerifiedDeviceRow
from coach.errors import VerifyFirstError

RECENT = timedelta(minutes=10)
_WITH_OWN_FACTOR = frozenset({Verification.PIN, Verification.CODE_AND_PIN, Verification.PASSKEY})


def require_recent_verification(tx: Transaction, principal: Principal, *, now: datetime) -> None:
    """Require the principal's device to have been verified within the last ten minutes.

    The device must have been verified with the person's PIN or passkey. If the person has neither,
    nothing is required.

    Raises:
        VerifyFirstError: the device was verified earlier, only with a code, or not at all.
    """
    person_id = principal.person_id or ""
    if not any(
        tx.scalar(select(table.id).where(table.person_id == person_id).limit(1))
        for table in (PinRow, PersonPasskeyRow)
    ):
        return
    found = tx.get(VerifiedDeviceRow, principal.device_id) if principal.device_id else None
    row = sealed_or_none(tx, found)
    recent = row is not None and now - row.created_at <= RECENT
    if row is None or not recent or row.verification not in _WITH_OWN_FACTOR:
        raise VerifyFirstError(facts.VERIFY_AGAIN())
