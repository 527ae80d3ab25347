"""Verification of the audit trail: its seals, its anchors, and the stored results.

Seals detect rows that were altered, inserted or removed in the middle. Anchors detect that rows
were removed from the end: every stored verification result is an anchor, and so is every line of
the file that `anchors` writes outside the database. After a restore, the rows that are not in the
backup are reported as lost, with the time that the database was restored to.

The seals of the rows that control access are verified too; see `api.crypto.row_seal`.
"""

from __future__ import annotations

import hmac
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.anchors import Anchor, read_anchors
from api.audit_trail.log import GENESIS_SEAL, compute_seal
from api.audit_trail.rows import AuditCheckRow, AuditRow
from api.crypto.key_ring import Keyring
from api.crypto.row_seal import find_unsealed_rows
from api.services import Services
from api.values import FrozenModel

RESTORED = "database restored"
_PAGE = 1000


class LostRows(FrozenModel):
    """Rows that were in the trail before the database was restored.

    Attributes:
        first: the number of the first lost row.
        last: the highest number that a lost row is known to have had.
        restored_to: the time of the last row in the restored backup; `None` if it has no rows.
        restored_at: when the database was restored.
    """

    first: int
    last: int
    restored_to: datetime | None
    restored_at: datetime


class UnsealedRow(FrozenModel):
    """A row whose seal is missing or not valid: its table, and its primary key."""

    table: str
    id: str


class VerificationResult(FrozenModel):
    """The result of verifying the trail and the seals of the rows that control access.

    Attributes:
        rows: number of rows in the trail.
        head: seal of the last row. Store it outside this server, so that a later verification can
            detect whether rows were removed from the end.
        first_broken: number of the first row whose seal does not match; `None` if all match.
        head_known: whether the given head is in the trail; `None` if no head was given.
        anchors: number of anchors that the trail was compared with.
        missing_from: the number of rows in the latest anchor that contradicts the trail, unless a
            restore explains the contradiction; `None` if there is no such anchor.
        lost: the rows that were lost in restores, oldest restore first.
        unsealed: rows of other tables that were inserted or altered outside the application; they
            are ignored.
    """

    rows: int
    head: str
    first_broken: int | None
    head_known: bool | None
    anchors: int = 0
    missing_from: int | None = None
    lost: tuple[LostRows, ...] = ()
    unsealed: tuple[UnsealedRow, ...] = ()

    @property
    def is_intact(self) -> bool:
        """Whether the trail is complete and contains the given head, and no seal is invalid."""
        return (
            self.first_broken is None
            and self.head_known is not False
            and self.missing_from is None
            and not self.lost
            and not self.unsealed
        )


def verify_and_store(
    services: Services,
    head: str | None = None,
    between_pages: Callable[[], None] = lambda: None,
) -> VerificationResult:
    """Verify the entire trail, and store the result; see `verify`.

    The trail is read in a read transaction, so a long verification does not block writers.
    """
    outside = read_anchors(services.settings.anchor_file, services.keyring)
    with services.database.reading() as tx:
        result = verify(tx, services.keyring, head, between_pages, outside)
    with services.database.writing() as tx:
        tx.add(
            AuditCheckRow(
                at=services.now(),
                rows=result.rows,
                head=result.head,
                first_broken=result.first_broken,
                missing_from=result.missing_from,
                lost_rows=sum(lost.last - lost.first + 1 for lost in result.lost),
                unsealed_rows=len(result.unsealed),
            )
        )
    return result


def verify(
    tx: Transaction,
    keyring: Keyring,
    head: str | None = None,
    between_pages: Callable[[], None] = lambda: None,
    outside: Iterable[Anchor] = (),
) -> VerificationResult:
    """Verify the seals of the trail and of other tables, and compare the trail with its anchors.

    Args:
        tx: the transaction to read in.
        keyring: the key ring that contains the key of the seals.
        head: a head from an earlier verification, to look up in the trail.
        between_pages: called after every 1000 rows; it can stop the verification by raising an
            exception.
        outside: anchors that are stored outside the database.
    """
    comparison = _AnchorComparison([*_stored_anchors(tx), *outside])
    expected, rows, broken, known = GENESIS_SEAL, 0, None, head == GENESIS_SEAL
    query = select(AuditRow).order_by(AuditRow.number).execution_options(yield_per=_PAGE)
    with closing(tx.scalars(query)) as trail:
        for row in trail:
            rows += 1
            matches = row.number == rows and hmac.compare_digest(
                row.seal, compute_seal(keyring, expected, row)
            )
            if not matches and broken is None:
                broken = row.number
            expected = row.seal
            known = known or row.seal == head
            comparison.visit(rows, row)
            if rows % _PAGE == 0:
                between_pages()
    return VerificationResult(
        rows=rows,
        head=expected,
        first_broken=broken,
        head_known=None if head is None else known,
        anchors=comparison.count,
        missing_from=comparison.missing_from(),
        lost=comparison.lost(),
        unsealed=tuple(
            UnsealedRow(table=table, id=identifier)
            for table, identifier in find_unsealed_rows(tx, keyring)
        ),
    )


@dataclass(frozen=True, slots=True)
class _Restore:
    """A restore, as recorded in row `number`; the row before it has the time `restored_to`.

    `replaced_rows` is the number of rows in the trail that was replaced; 0 if it is not known.
    """

    number: int
    at: datetime
    restored_to: datetime | None
    replaced_rows: int


@dataclass(slots=True)
class _AnchorComparison:
    """Compares anchors with the rows of the trail, which are visited in order."""

    anchors: Iterable[Anchor]
    count: int = 0
    _by_rows: dict[int, list[Anchor]] = field(default_factory=lambda: defaultdict(list))
    _restores: list[_Restore] = field(default_factory=list)
    _last_at: datetime | None = None

    def __post_init__(self) -> None:
        for anchor in self.anchors:
            self.count += 1
            if anchor.rows:  # an empty trail has nothing to compare
                self._by_rows[anchor.rows].append(anchor)

    def visit(self, number: int, row: AuditRow) -> None:
        """Drop the anchors that match a row, and note whether the row records a restore."""
        if number in self._by_rows:
            self._by_rows[number] = [a for a in self._by_rows[number] if a.head != row.seal]
        if row.action == RESTORED:
            replaced = int(row.detail.get("replaced", 0))
            self._restores.append(_Restore(number, row.at, self._last_at, replaced))
        self._last_at = row.at

    def missing_from(self) -> int | None:
        """Return the row count of the latest mismatched anchor that no restore explains, if any."""
        unexplained = [a for a in self._disagreeing() if self._restore_of(a) is None]
        return max(unexplained, key=lambda a: a.at).rows if unexplained else None

    def lost(self) -> tuple[LostRows, ...]:
        """Return the rows lost in restores."""
        last = {restore: restore.replaced_rows for restore in self._restores}
        for anchor in self._disagreeing():
            restore = self._restore_of(anchor)
            if restore is not None:
                last[restore] = max(last[restore], anchor.rows)
        return tuple(
            LostRows(
                first=restore.number,
                last=number,
                restored_to=restore.restored_to,
                restored_at=restore.at,
            )
            for restore, number in last.items()
            if number >= restore.number
        )

    def _disagreeing(self) -> list[Anchor]:
        return [anchor for anchors in self._by_rows.values() for anchor in anchors]

    def _restore_of(self, anchor: Anchor) -> _Restore | None:
        """Return the first restore after the anchor that could have removed the anchor's row."""
        return next(
            (
                restore
                for restore in self._restores
                if restore.number <= anchor.rows and restore.at >= anchor.at.replace(microsecond=0)
            ),
            None,
        )


def _stored_anchors(tx: Transaction) -> list[Anchor]:
    """Return the anchors that earlier verifications stored, unless they found a broken row."""
    rows = tx.scalars(select(AuditCheckRow).where(AuditCheckRow.first_broken.is_(None)))
    return [Anchor(row.at, row.rows, row.head) for row in rows]
