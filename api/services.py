"""What the outside of the workflows works with, put together once at the start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from api.audit_trail.log import audit_context_setter
from api.background.job import Enqueue
from api.crypto.key_ring import Keyring
from api.database.engine import Database
from api.http.principal import Principal
from api.settings import Settings

if TYPE_CHECKING:
    from api.accounts.oidc.client import Provider


def utc_now() -> datetime:
    """The aware present."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Services:
    """Settings, database, keys, the queue of jobs, the clock, and the identity provider if any.

    Routes open `database.reading()` or `database.writing()`, call one workflow in it with
    `now()`, and return its value.
    """

    settings: Settings
    database: Database
    keyring: Keyring
    enqueue: Enqueue
    now: Callable[[], datetime] = utc_now
    provider: Provider | None = None

    def on_behalf_of(self, principal: Callable[[], Principal]) -> Services:
        """The same services; what they write is in the audit trail as done by `principal`."""
        stamp = audit_context_setter(self.keyring, principal, self.now)
        return replace(self, database=self.database.on_behalf_of(stamp))
