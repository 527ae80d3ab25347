"""What every use case works with, put together once at the start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy.orm import Session as Transaction

from api.background.job import Enqueue
from api.crypto.key_ring import Keyring
from api.database.engine import Database
from api.http.principal import Principal
from api.settings import Settings

_CONTEXT_KEY = "gender_coach_audit"


def utc_now() -> datetime:
    """The present, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class TransactionContext:
    """On whose behalf a transaction runs, and the key that seals what it records."""

    keyring: Keyring
    principal: Principal
    now: datetime


@dataclass(frozen=True, slots=True)
class Services:
    """Settings, database, keys, the queue of jobs and the clock.

    A use case takes these as its first argument and opens its own transaction:
    `database.reading()` or `database.writing()`.
    """

    settings: Settings
    database: Database
    keyring: Keyring
    enqueue: Enqueue
    now: Callable[[], datetime] = utc_now

    def on_behalf_of(self, principal: Callable[[], Principal]) -> Services:
        """The same services, whose transactions are recorded in the audit trail as `principal`'s.

        The principal is asked for when a transaction begins.
        """
        set_context = context_setter(self.keyring, principal, self.now)
        return replace(self, database=self.database.on_behalf_of(set_context))


def context_setter(
    keyring: Keyring, principal: Callable[[], Principal], now: Callable[[], datetime]
) -> Callable[[Transaction], None]:
    """Called with each transaction where it begins; sets on whose behalf it runs."""

    def set_context(tx: Transaction) -> None:
        tx.info[_CONTEXT_KEY] = TransactionContext(keyring, principal(), now())

    return set_context


def transaction_context(tx: Transaction) -> TransactionContext:
    """On whose behalf a transaction runs.

    Raises:
        LookupError: it was begun on nobody's behalf.
    """
    context: TransactionContext | None = tx.info.get(_CONTEXT_KEY)
    if context is None:
        raise LookupError("an event in a transaction that runs on nobody's behalf")
    return context
