"""The services that use cases depend on, created once at start-up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy.orm import Session as Transaction

from api.background.job import Enqueue
from api.crypto.key_ring import Keyring
from api.crypto.row_seal import seal_info
from api.database.engine import Database
from api.http.principal import Principal
from api.settings import Settings

_CONTEXT_KEY = "gender_coach_audit"


def utc_now() -> datetime:
    """Return the current time as an aware datetime in UTC."""
    return datetime.now(UTC)


AddressHook = Callable[[Transaction, "Services", str, str], None]
"""A callback that receives a transaction, the services, a person's id and their former address."""


PeopleHook = Callable[[Transaction, "Services", str], None]
"""A callback that receives a transaction, the services, and the id of a cycle."""


def _ignore_people(_tx: Transaction, _services: Services, _cycle_id: str) -> None:
    """Do nothing: the default of `Services.people_changed`."""


def _ignore_address(_tx: Transaction, _services: Services, _person_id: str, _former: str) -> None:
    """Do nothing: the default of `Services.address_changed`."""


@dataclass(frozen=True, slots=True)
class TransactionContext:
    """A transaction's principal, its time, and the key ring that authenticates its audit events."""

    keyring: Keyring
    principal: Principal
    now: datetime


@dataclass(frozen=True, slots=True)
class Services:
    """The settings, database, key ring, job queue and clock.

    `address_changed` is called in the transaction in which a person's email address changes, and
    `people_changed` in one in which people join or leave a cycle.

    Every use case accepts the services as its first argument and opens a single transaction with
    `database.reading()` or `database.writing()`.
    """

    settings: Settings
    database: Database
    keyring: Keyring
    enqueue: Enqueue
    now: Callable[[], datetime] = utc_now
    address_changed: AddressHook = _ignore_address
    people_changed: PeopleHook = _ignore_people

    def on_behalf_of(self, principal: Callable[[], Principal]) -> Services:
        """Return a copy whose audit events are attributed to `principal`.

        `principal` is called at the start of every write transaction.
        """
        set_context = context_setter(self.keyring, principal, self.now)
        bound = self.database.on_behalf_of(set_context, seal_info(self.keyring))
        return replace(self, database=bound)


def context_setter(
    keyring: Keyring, principal: Callable[[], Principal], now: Callable[[], datetime]
) -> Callable[[Transaction], None]:
    """Return a transaction hook that attaches a `TransactionContext` to each transaction."""

    def set_context(tx: Transaction) -> None:
        tx.info[_CONTEXT_KEY] = TransactionContext(keyring, principal(), now())

    return set_context


def transaction_context(tx: Transaction) -> TransactionContext:
    """Return the context of a write transaction.

    Raises:
        LookupError: the transaction has no context, because its database was opened without
            `on_behalf_of`.
    """
    context: TransactionContext | None = tx.info.get(_CONTEXT_KEY)
    if context is None:
        raise LookupError("this transaction has no principal to attribute an audit event to")
    return context
