"""PINs, which protect people whose one-time codes go to a mailbox that others can read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.crypto.password_hashing import hash_password, verify_password
from api.crypto.row_seal import is_sealed, sealed_or_none
from api.cycles.service import CycleHeader, cycle_header
from api.http.principal import Principal
from api.participants.service import ParticipantDetails, person_of_cycle, person_row
from api.personal_links import facts
from api.personal_links.access_notices import AccessChange, notify_person
from api.personal_links.person_passkeys import delete_passkeys, people_with_passkey
from api.personal_links.recent_verification import require_recent_verification
from api.personal_links.rows import PinRow
from api.personal_links.verified_devices import end_devices
from api.services import Services
from api.values import FrozenModel
from coach.errors import ConflictError, InputFault, NotAllowedError, UnusableInputError
from coach.texts.facts import Fact

MIN_DIGITS, MAX_DIGITS = 6, 12
_FREE_ATTEMPTS = 5
_LOCK_DURATION = timedelta(minutes=15)
_MAX_LOCK_DURATION = timedelta(days=1)
_DIGIT_RUNS = ("01234567890", "09876543210")

PinText = Annotated[str, Field(max_length=40)]


class PinChange(FrozenModel):
    """A change to a person's PIN.

    `pin` is the new PIN of 6 to 12 digits, or `null` to remove the PIN; `current` is the PIN that
    the person has now, if any.
    """

    pin: PinText | None
    current: PinText = ""


@dataclass(frozen=True, slots=True)
class PinReset:
    """A person whose PIN and passkeys were removed, and whether they are notified by email."""

    cycle: CycleHeader
    person: ParticipantDetails
    mailed: bool


def change_pin(services: Services, principal: Principal, change: PinChange) -> None:
    """Set, replace or remove the principal's PIN. Their other devices lose their verification.

    The person is notified by email.

    Raises:
        UnusableInputError: the new PIN is too short, too long or too easy to guess.
        NotAllowedError: the current PIN is wrong, or there have been too many attempts.
        VerifyFirstError: the person has a passkey and no PIN, and the device was not verified with
            the passkey within the last ten minutes.
        ConflictError: there is no PIN to remove.
        BusyError: too many hashes are being computed.
    """
    weakness = None if change.pin is None else pin_weakness(change.pin)
    if weakness is not None:
        raise UnusableInputError([InputFault("form", 1, "pin", weakness)])
    matching_hash = compare_pin(services, principal, change.current)
    pin_hash = None if change.pin is None else hash_password(change.pin)
    with services.database.writing() as tx:
        refusal = _change(tx, services, principal, pin_hash, matching_hash=matching_hash)
    if refusal is not None:  # raised after the commit, which keeps the count
        raise NotAllowedError(refusal)


def reset_pin(services: Services, person_id: str) -> PinReset:
    """Remove a person's PIN and passkeys for the programme office, and notify them by email.

    All their devices lose their verification.

    Raises:
        NotFoundError: there is no such person.
        ConflictError: the person has neither a PIN nor a passkey.
    """
    now = services.now()
    with services.database.writing() as tx:
        person = person_row(tx, person_id)
        row, passkeys = find_pin(tx, person_id), delete_passkeys(tx, person_id)
        if row is not None:
            tx.delete(row)
        elif not passkeys:
            raise ConflictError(facts.NO_PIN())
        end_devices(tx, person_id, now=now)
        record_event(tx, "PIN reset", "person", person_id, passkeys=passkeys)
        mailed = notify_person(tx, services, person_id, AccessChange.PIN_RESET)
        return PinReset(
            cycle=cycle_header(tx, person.cycle_id),
            person=person_of_cycle(tx, person_id),
            mailed=mailed,
        )


def pin_weakness(pin: str) -> Fact | None:
    """Return the reason why `pin` is not acceptable as a PIN, or `None` if it is acceptable."""
    if not (pin.isascii() and pin.isdigit() and MIN_DIGITS <= len(pin) <= MAX_DIGITS):
        return facts.PIN_NOT_DIGITS(least=MIN_DIGITS, most=MAX_DIGITS)
    if len(set(pin)) <= 2 or any(pin in run for run in _DIGIT_RUNS):  # noqa: PLR2004 - 121212
        return facts.PIN_TOO_EASY()
    return None


def compare_pin(services: Services, principal: Principal, typed: str) -> str | None:
    """Return the stored hash of the principal's PIN if `typed` is that PIN, else `None`.

    This is slow, so do not call it in a transaction. `check_pin` accepts the result only if the PIN
    has not been changed in the meantime.

    Raises:
        BusyError: too many hashes are being computed.
    """
    with services.database.reading() as tx:
        row = sealed_or_none(tx, find_pin(tx, principal.person_id or ""))
        pin_hash = None if row is None else row.pin_hash
    return pin_hash if pin_hash is not None and verify_password(typed, pin_hash) else None


def check_pin(
    tx: Transaction, row: PinRow, *, matching_hash: str | None, now: datetime
) -> Fact | None:
    """Return the reason why an attempt is refused, or `None` if the PIN is correct and not locked.

    `matching_hash` is the result of `compare_pin`. A wrong attempt is counted, so the transaction
    must be committed in both cases. The fifth consecutive wrong attempt locks the PIN for a quarter
    of an hour, and each further wrong attempt locks it for twice as long as the previous one, up to
    a day.
    """
    if row.locked_until is not None and row.locked_until > now:
        return facts.PIN_LOCKED()
    if matching_hash == row.pin_hash and is_sealed(tx, row):
        row.failures, row.locked_until = 0, None
        return None
    row.failures += 1
    excess = row.failures - _FREE_ATTEMPTS
    if excess >= 0:
        lock = _LOCK_DURATION * 2 ** min(excess, 10)
        row.locked_until = now + min(lock, _MAX_LOCK_DURATION)
    record_event(tx, "PIN wrong", "person", row.person_id, failures=row.failures)
    return facts.WRONG_PIN() if excess < 0 else facts.PIN_LOCKED()


def find_pin(tx: Transaction, person_id: str) -> PinRow | None:
    """Return a person's PIN, or `None` if they have not set one."""
    return tx.scalar(select(PinRow).where(PinRow.person_id == person_id))


def people_with_pin(tx: Transaction, people: Iterable[str]) -> frozenset[str]:
    """Return the ids of the `people` who have set a PIN or added a passkey."""
    ids = list(people)
    with_pin = tx.scalars(select(PinRow.person_id).where(PinRow.person_id.in_(ids)))
    return people_with_passkey(tx, ids).union(with_pin)


def _change(
    tx: Transaction,
    services: Services,
    principal: Principal,
    pin_hash: str | None,
    *,
    matching_hash: str | None,
) -> Fact | None:
    """Store a new PIN, or remove the PIN; return the reason if the change is refused."""
    person_id, now = principal.person_id or "", services.now()
    row = find_pin(tx, person_id)
    if row is None and pin_hash is None:
        raise ConflictError(facts.NO_PIN())
    if row is None:
        require_recent_verification(tx, principal, now=now)
    else:
        refusal = check_pin(tx, row, matching_hash=matching_hash, now=now)
        if refusal is not None:
            return refusal
        tx.delete(row)
        tx.flush()
    if pin_hash is not None:
        tx.add(PinRow(person_id=person_id, pin_hash=pin_hash, set_at=now))
    end_devices(tx, person_id, now=now, except_id=principal.device_id)
    record_event(tx, "PIN removed" if pin_hash is None else "PIN set", "person", person_id)
    change = AccessChange.PIN_REMOVED if pin_hash is None else AccessChange.PIN_SET
    notify_person(tx, services, person_id, change)
    return None
