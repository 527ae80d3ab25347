"""Verification of the audit trail's seals, and the stored results."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from contextlib import closing
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import GENESIS_SEAL, LAST_SEAL, compute_seal
from api.audit_trail.rows import AuditCheckRow, AuditRow
from api.crypto.key_ring import Keyring
from api.services import Services
from api.values import FrozenModel

_PAGE = 1000


class VerificationResult(FrozenModel):
    """The result of verifying the trail.

    Attributes:
        rows: number of rows in the trail.
        head: seal of the last row. Store it outside this server, so that a later verification can
            detect whether rows were removed from the end.
        first_broken: number of the first row whose seal does not match; `None` if all match.
        head_known: whether the given head is in the trail; `None` if no head was given.
    """

    rows: int
    head: str
    first_broken: int | None
    head_known: bool | None


class AuditCheck(FrozenModel):
    """A stored verification result; `first_broken` is `None` if every seal matched."""

    at: datetime
    rows: int
    head: str
    first_broken: int | None


class AuditTrailStatus(FrozenModel):
    """The length of the trail, its head, and the last verification result.

    The head is the seal of the last row. Store it outside this server, so that `gender-coach audit
    verify --head` can check whether it is still in the trail.
    """

    rows: int
    head: str
    last_check: AuditCheck | None


def verify_and_store(
    services: Services,
    head: str | None = None,
    between_pages: Callable[[], None] = lambda: None,
) -> VerificationResult:
    """Verify the entire trail, and store the result; see `verify`.

    The trail is read in a reading transaction, so a long verification does not block writers.
    """
    with services.database.reading() as tx:
        result = verify(tx, services.keyring, head, between_pages)
    with services.database.writing() as tx:
        tx.add(
            AuditCheckRow(
                at=services.now(),
                rows=result.rows,
                head=result.head,
                first_broken=result.first_broken,
            )
        )
    return result


def verify(
    tx: Transaction,
    keyring: Keyring,
    head: str | None = None,
    between_pages: Callable[[], None] = lambda: None,
) -> VerificationResult:
    """Recompute the seal of every row and compare it with the stored one.

    Args:
        tx: the transaction to read in.
        keyring: the key ring with the key of the seals.
        head: a head from an earlier verification, to look up in the trail.
        between_pages: called after every 1000 rows; it can stop the verification by raising an
            exception.
    """
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
            if rows % _PAGE == 0:
                between_pages()
    return VerificationResult(
        rows=rows,
        head=expected,
        first_broken=broken,
        head_known=None if head is None else known,
    )


def read_trail_status(services: Services) -> AuditTrailStatus:
    """Return the trail's length, head and last verification, without verifying it."""
    with services.database.reading() as tx:
        return trail_status(tx)


def trail_status(tx: Transaction) -> AuditTrailStatus:
    """Return the trail's length, head and last verification; see `read_trail_status`."""
    last = tx.execute(LAST_SEAL).one_or_none()
    check = tx.scalars(
        select(AuditCheckRow).order_by(AuditCheckRow.at.desc(), AuditCheckRow.id).limit(1)
    ).first()
    return AuditTrailStatus(
        rows=0 if last is None else last.number,
        head=GENESIS_SEAL if last is None else last.seal,
        last_check=None
        if check is None
        else AuditCheck(
            at=check.at, rows=check.rows, head=check.head, first_broken=check.first_broken
        ),
    )
