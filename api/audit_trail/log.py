"""The audit trail: each event is appended in the transaction of the action it records.

The principal of a transaction is set when the transaction starts (see `api.services`), so callers
do not pass it. Recording an event in a transaction without a principal is an error.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from sqlalchemy import insert, select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.rows import AuditRow
from api.crypto.key_ring import Keyring
from api.http.principal import AccessRole, Principal, Verification
from api.services import Services, transaction_context

LINK_ISSUER, AIDE_ISSUER = "office", "coachee"  # who issues secret links, and aides' links
AUTHENTICATION_DETAILS = ("credential", "issued_by", "verified_by", "device")
"""Details added to events caused by the holder of a link: the link and the verification."""
GENESIS_SEAL = "0" * 64
_FOR_COACHEE = frozenset({AccessRole.AIDE, AccessRole.POST})
_RECENTLY = timedelta(hours=1)
_APPEND = insert(AuditRow)
LAST_SEAL = select(AuditRow.number, AuditRow.seal).order_by(AuditRow.number.desc()).limit(1)


def record_event(
    tx: Transaction,
    action: str,
    object_kind: str,
    object_id: str,
    *,
    by: Principal | None = None,
    **detail: str | int,
) -> None:
    """Append an event to the trail. `detail` may contain identifiers, codes and counts only.

    Events caused by the holder of a link also contain the `AUTHENTICATION_DETAILS`. `by` overrides
    the transaction's principal if the actor was not known when it started.

    Raises:
        LookupError: the transaction has no principal.
    """
    context = transaction_context(tx)
    principal = by or context.principal
    tx.flush()
    connection = tx.connection()  # bypasses the ORM, which would double the cost of the insert
    last = connection.execute(LAST_SEAL).one_or_none()
    event = SimpleNamespace(
        number=1 if last is None else last.number + 1,
        at=context.now.astimezone(UTC).replace(microsecond=0),
        role=principal.role.value,
        actor_id=principal.user_id or principal.person_id,
        action=action,
        object_kind=object_kind,
        object_id=object_id,
        detail=detail | _authentication_detail(principal),
    )
    event.seal = compute_seal(context.keyring, GENESIS_SEAL if last is None else last.seal, event)
    connection.execute(_APPEND, vars(event))


def _authentication_detail(principal: Principal) -> dict[str, str]:
    """Return the `AUTHENTICATION_DETAILS` of a link's holder, or nothing for other principals."""
    if principal.person_id is None or principal.credential_id is None:
        return {}
    verification = principal.verification or Verification.LINK
    device = {} if principal.device_id is None else {"device": principal.device_id}
    return {
        "credential": principal.credential_id,
        "issued_by": AIDE_ISSUER if principal.role in _FOR_COACHEE else LINK_ISSUER,
        "verified_by": verification.value,
        **device,
    }


def record_reading(
    services: Services, principal: Principal, action: str, object_kind: str, object_id: str
) -> None:
    """Record that a user read personal data, at most once an hour per action and object.

    A page that refreshes all day adds at most one row per hour. A read that has already been
    recorded costs a single query.
    """
    now = services.now()
    with services.database.reading() as tx:
        if _was_recorded_recently(tx, principal, action, object_id, now=now):
            return
    with services.database.writing() as tx:
        record_event(tx, action, object_kind, object_id)


def last_event_time(tx: Transaction, action: str) -> datetime | None:
    """Return when an action was last recorded, or `None` if it was never recorded."""
    latest = select(AuditRow.at).where(AuditRow.action == action)
    return tx.scalar(latest.order_by(AuditRow.number.desc()).limit(1))


def _was_recorded_recently(
    tx: Transaction, principal: Principal, action: str, object_id: str, *, now: datetime
) -> bool:
    """Return whether the principal's action on the object was recorded within the last hour."""
    found = select(AuditRow.number).where(
        AuditRow.object_id == object_id,
        AuditRow.actor_id == principal.user_id,
        AuditRow.action == action,
        AuditRow.at > now - _RECENTLY,
    )
    return tx.scalar(found.limit(1)) is not None


def compute_seal(keyring: Keyring, previous_seal: str, row: AuditRow | SimpleNamespace) -> str:
    """Return the seal of a row: HMAC-SHA-256 over the row and the previous seal, in hexadecimal."""
    sealed_fields = [
        previous_seal,
        row.number,
        row.at.astimezone(UTC).isoformat(),
        row.role,
        row.actor_id,
        row.action,
        row.object_kind,
        row.object_id,
        row.detail,
    ]
    message = json.dumps(sealed_fields, sort_keys=True, separators=(",", ":")).encode()
    return hmac.new(keyring.audit, message, hashlib.sha256).hexdigest()
