"""The audit trail: appended in the transaction of each act, verified row by row.

What a transaction is done on behalf of is stamped on it where it begins, so that no workflow can
forget who asked; an act in a transaction without a stamp is refused.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from sqlalchemy import insert, select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.rows import AuditRow
from api.crypto.key_ring import Keyring
from api.http.principal import Principal
from api.services import Services, transaction_context
from api.values import FrozenModel

GENESIS_SEAL = "0" * 64
_PAGE = 1000
_RECENTLY = timedelta(hours=1)
_APPEND = insert(AuditRow)
_LAST = select(AuditRow.number, AuditRow.seal).order_by(AuditRow.number.desc()).limit(1)


class AuditReport(FrozenModel):
    """What verifying found. `head` is the last row's seal: keep it elsewhere to notice cuts.

    `first_broken` is the number of the first row that does not fit, `None` where all do.
    """

    rows: int
    head: str
    first_broken: int | None
    head_known: bool | None


def record_event(
    tx: Transaction,
    action: str,
    object_kind: str,
    object_id: str,
    *,
    by: Principal | None = None,
    **detail: str | int,
) -> None:
    """Append one act to the trail: identifiers, words and counts only.

    `by` names who acted where the transaction began before that was known.

    Raises:
        LookupError: the transaction runs on nobody's behalf.
    """
    context = transaction_context(tx)
    principal = by or context.principal
    tx.flush()
    connection = tx.connection()  # an act as an object of the transaction costs twice as much
    last = connection.execute(_LAST).one_or_none()
    event = SimpleNamespace(
        number=1 if last is None else last.number + 1,
        at=context.now.astimezone(UTC).replace(microsecond=0),
        role=principal.role.value,
        actor_id=principal.user_id or principal.person_id,
        action=action,
        object_kind=object_kind,
        object_id=object_id,
        detail=detail,
    )
    event.seal = _seal(context.keyring, GENESIS_SEAL if last is None else last.seal, event)
    connection.execute(_APPEND, vars(event))


def record_reading(
    services: Services, principal: Principal, action: str, object_kind: str, object_id: str
) -> None:
    """Append that a user reads personal data, once an hour for each object.

    So a page that is looked at all day costs one row an hour, and a read costs one query.
    """
    now = services.now()
    with services.database.reading() as tx:
        if _was_recorded_recently(tx, principal, action, object_id, now=now):
            return
    with services.database.writing() as tx:
        record_event(tx, action, object_kind, object_id)


def _was_recorded_recently(
    tx: Transaction, principal: Principal, action: str, object_id: str, *, now: datetime
) -> bool:
    """Whether the principal did the same with the same thing within the hour."""
    found = select(AuditRow.number).where(
        AuditRow.object_id == object_id,
        AuditRow.actor_id == principal.user_id,
        AuditRow.action == action,
        AuditRow.at > now - _RECENTLY,
    )
    return tx.scalar(found.limit(1)) is not None


def verify(
    tx: Transaction,
    keyring: Keyring,
    head: str | None = None,
    between_pages: Callable[[], None] = lambda: None,
) -> AuditReport:
    """Seal every row anew and compare; `head` is one kept from before, looked for among them.

    `between_pages` is called now and then, so that a long check can be stopped.
    """
    expected, rows, broken, known = GENESIS_SEAL, 0, None, head == GENESIS_SEAL
    query = select(AuditRow).order_by(AuditRow.number).execution_options(yield_per=_PAGE)
    with closing(tx.scalars(query)) as trail:
        for row in trail:
            rows += 1
            fits = row.number == rows and hmac.compare_digest(
                row.seal, _seal(keyring, expected, row)
            )
            if not fits and broken is None:
                broken = row.number
            expected = row.seal
            known = known or row.seal == head
            if rows % _PAGE == 0:
                between_pages()
    return AuditReport(
        rows=rows,
        head=expected,
        first_broken=broken,
        head_known=None if head is None else known,
    )


def _seal(keyring: Keyring, previous_seal: str, row: AuditRow | SimpleNamespace) -> str:
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
