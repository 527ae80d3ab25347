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
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from sqlalchemy import insert, select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.rows import AuditRow
from api.crypto.key_ring import Keyring
from api.http.principal import Viewer
from api.values import View

_STAMP = "gender_coach_audit"
NO_ROWS = "0" * 64
_PAGE = 1000
_LATELY = timedelta(hours=1)
_APPEND = insert(AuditRow)
_LAST = select(AuditRow.number, AuditRow.seal).order_by(AuditRow.number.desc()).limit(1)


@dataclass(frozen=True, slots=True)
class Stamp:
    """On whose behalf a transaction is, and the key that seals what it does."""

    keyring: Keyring
    viewer: Viewer
    now: datetime


class AuditReport(View):
    """What verifying found. `head` is the last row's seal: keep it elsewhere to notice cuts.

    `first_broken` is the number of the first row that does not fit, `None` where all do.
    """

    rows: int
    head: str
    first_broken: int | None
    head_known: bool | None


def stamp_with(
    keyring: Keyring, viewer: Callable[[], Viewer], now: Callable[[], datetime]
) -> Callable[[Transaction], None]:
    """What stamps each transaction where it begins."""

    def stamp(tx: Transaction) -> None:
        tx.info[_STAMP] = Stamp(keyring, viewer(), now())

    return stamp


def note_act(
    tx: Transaction,
    action: str,
    object_kind: str,
    object_id: str,
    *,
    by: Viewer | None = None,
    **detail: str | int,
) -> None:
    """Append one act to the trail: identifiers, words and counts only.

    `by` names who acted where the transaction began before that was known.

    Raises:
        LookupError: the transaction bears no stamp.
    """
    stamp: Stamp | None = tx.info.get(_STAMP)
    if stamp is None:
        raise LookupError("an act in a transaction that is on nobody's behalf")
    viewer = by or stamp.viewer
    tx.flush()
    connection = tx.connection()  # an act as an object of the transaction costs twice as much
    last = connection.execute(_LAST).one_or_none()
    act = SimpleNamespace(
        number=1 if last is None else last.number + 1,
        at=stamp.now.astimezone(UTC).replace(microsecond=0),
        role=viewer.role.value,
        actor_id=viewer.user_id or viewer.person_id,
        action=action,
        object_kind=object_kind,
        object_id=object_id,
        detail=detail,
    )
    act.seal = _seal(stamp.keyring, NO_ROWS if last is None else last.seal, act)
    connection.execute(_APPEND, vars(act))


def was_noted_lately(
    tx: Transaction, viewer: Viewer, action: str, object_id: str, *, now: datetime
) -> bool:
    """Whether the viewer did the same with the same thing within the hour."""
    found = select(AuditRow.number).where(
        AuditRow.object_id == object_id,
        AuditRow.actor_id == viewer.user_id,
        AuditRow.action == action,
        AuditRow.at > now - _LATELY,
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
    expected, rows, broken, known = NO_ROWS, 0, None, head == NO_ROWS
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


def _seal(keyring: Keyring, before: str, row: AuditRow | SimpleNamespace) -> str:
    told = [
        before,
        row.number,
        row.at.astimezone(UTC).isoformat(),
        row.role,
        row.actor_id,
        row.action,
        row.object_kind,
        row.object_id,
        row.detail,
    ]
    message = json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
    return hmac.new(keyring.audit, message, hashlib.sha256).hexdigest()
