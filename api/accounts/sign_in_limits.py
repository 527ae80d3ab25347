"""Limits on failed attempts to sign in with a password.

Nobody can lock a user out by entering wrong passwords for their name. Failed attempts are counted
in three budgets:

- by network, regardless of the name;
- by network and name;
- by name, from unknown devices. This budget never refuses an attempt, but delays it.

A known device has its own budget instead. Once this is used up, the device counts as unknown.

An attempt is counted as failed before the password is compared, and no longer counted once it has
succeeded, so that simultaneous attempts cannot exceed a budget. All processes share the budgets
through the database, which stores HMACs of names and addresses instead of the values themselves.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import case, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session as Transaction

from api.accounts import facts
from api.accounts.known_devices import KnownDevice
from api.accounts.rows import FailedSignInRow, UserRow
from api.crypto.key_ring import Keyring
from api.services import Services
from coach.errors import TooManyAttemptsError

MAX_DELAY_SECONDS = 30
_UNDELAYED_ATTEMPTS = 5
_MAX_WAITING = 200
LONGEST_WINDOW = timedelta(minutes=15)
_PURPOSE = "failed sign-ins"


@dataclass(frozen=True, slots=True)
class _Budget:
    """The number of failed attempts allowed in `window`, which starts with the first attempt.

    If `attempts` is `None`, all attempts are allowed, and each restarts the window.
    """

    name: str
    attempts: int | None
    window: timedelta


_NETWORK = _Budget("network", 20, timedelta(minutes=1))
_NETWORK_AND_NAME = _Budget("network and name", 10, LONGEST_WINDOW)
_NAME = _Budget("name", None, LONGEST_WINDOW)
_DEVICE = _Budget("device", 10, LONGEST_WINDOW)


@dataclass(frozen=True, slots=True)
class Sender:
    """The origin of an attempt: a network, and the device if it is known."""

    network: str
    device: KnownDevice | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that is counted as failed until it succeeds.

    Attributes:
        keys: the keys of the rows in which the attempt is counted.
        delay_seconds: how long to wait before the password is compared.
        from_known_device: whether the attempt comes from a device on which this user has signed in,
            and whose budget is not used up.
    """

    keys: tuple[str, ...]
    delay_seconds: int
    from_known_device: bool


def start_attempt(services: Services, name: str, sender: Sender) -> Attempt:
    """Count an attempt to sign in as `name`.

    Raises:
        TooManyAttemptsError: a budget is used up. The attempt is not counted.
    """
    now = services.now()
    with services.database.reading() as tx:
        budgets, known = _budgets_of(tx, services.keyring, name, sender, now)
        _require_left(tx, budgets, now)
    with services.database.writing() as tx:
        tx.execute(delete(FailedSignInRow).where(FailedSignInRow.expires_at <= now))
        failures = 0
        for key, budget in budgets.items():
            failures = _count(tx, key, budget, now)
            if budget.attempts is not None and failures > budget.attempts:
                raise _too_many(budget.window)  # a simultaneous attempt was the last allowed one
    delay = 0 if known else _delay_seconds(failures)
    return Attempt(tuple(budgets), delay, known)


def forget_attempt(tx: Transaction, attempt: Attempt) -> None:
    """Stop counting an attempt as failed, because it has succeeded."""
    tx.execute(
        update(FailedSignInRow)
        .where(FailedSignInRow.key.in_(attempt.keys), FailedSignInRow.failures > 0)
        .values(failures=FailedSignInRow.failures - 1)
    )


class DelayedAttempts:
    """Delays sign-in attempts before the password check; at most `limit` wait at a time."""

    def __init__(self, limit: int = _MAX_WAITING) -> None:
        self._left = limit

    async def wait(self, attempt: Attempt) -> None:
        """Delay an attempt for `delay_seconds`, without blocking a thread.

        Raises:
            TooManyAttemptsError: too many attempts are waiting.
        """
        if not attempt.delay_seconds:
            return
        if not self._left:
            raise _too_many(timedelta(seconds=MAX_DELAY_SECONDS))
        self._left -= 1
        try:
            await asyncio.sleep(attempt.delay_seconds)
        finally:
            self._left += 1


def _budgets_of(
    tx: Transaction, keyring: Keyring, name: str, sender: Sender, now: datetime
) -> tuple[dict[str, _Budget], bool]:
    """Return the budgets that apply to an attempt, keyed by row key, with any budget by name last.

    Also return whether the attempt comes from a known device whose budget is not used up.
    """
    device = sender.device
    user_id = tx.scalar(select(UserRow.id).where(UserRow.name == name))
    if device is not None and device.user_id == user_id:
        own = _key(keyring, _DEVICE, device.id)
        if _refused_until(tx, {own: _DEVICE}, now) is None:
            return {own: _DEVICE}, True
    return {
        _key(keyring, _NETWORK, sender.network): _NETWORK,
        _key(keyring, _NETWORK_AND_NAME, f"{sender.network} {name}"): _NETWORK_AND_NAME,
        _key(keyring, _NAME, name): _NAME,
    }, False


def _require_left(tx: Transaction, budgets: dict[str, _Budget], now: datetime) -> None:
    until = _refused_until(tx, budgets, now)
    if until is not None:
        raise _too_many(until - now)


def _refused_until(tx: Transaction, budgets: dict[str, _Budget], now: datetime) -> datetime | None:
    """Return when all budgets allow an attempt again, or `None` if they already do."""
    rows = tx.scalars(
        select(FailedSignInRow).where(
            FailedSignInRow.key.in_(budgets), FailedSignInRow.expires_at > now
        )
    )
    used_up = [
        row for row in rows if row.failures >= (budgets[row.key].attempts or row.failures + 1)
    ]
    return max((row.expires_at for row in used_up), default=None)


def _count(tx: Transaction, key: str, budget: _Budget, now: datetime) -> int:
    """Count a failed attempt in a single statement, and return the count for its window."""
    insert = postgresql.insert if tx.get_bind().dialect.name == "postgresql" else sqlite.insert
    expired, ends = FailedSignInRow.expires_at <= now, now + budget.window
    restarts = expired if budget.attempts is not None else FailedSignInRow.key.is_not(None)
    counted = (
        insert(FailedSignInRow)
        .values(key=key, failures=1, expires_at=ends)
        .on_conflict_do_update(
            index_elements=[FailedSignInRow.key],
            set_={
                "failures": case((expired, 1), else_=FailedSignInRow.failures + 1),
                "expires_at": case((restarts, ends), else_=FailedSignInRow.expires_at),
            },
        )
        .returning(FailedSignInRow.failures)
    )
    return tx.scalars(counted).one()


def _delay_seconds(failures: int) -> int:
    """Return the delay in seconds before an attempt that could be failure number `failures`."""
    excess = failures - _UNDELAYED_ATTEMPTS
    return 0 if excess <= 0 else min(1 << min(excess - 1, 10), MAX_DELAY_SECONDS)


def _key(keyring: Keyring, budget: _Budget, of: str) -> str:
    return keyring.mac(_PURPOSE, f"{budget.name}:{of}".encode()).hex()


def _too_many(wait: timedelta) -> TooManyAttemptsError:
    return TooManyAttemptsError(facts.TOO_MANY_ATTEMPTS(), max(1, ceil(wait.total_seconds())))
