"""The state of the audit trail: its length, its head, and the last verification."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import GENESIS_SEAL, LAST_SEAL
from api.audit_trail.rows import AuditCheckRow
from api.services import Services
from api.values import FrozenModel


class AuditCheck(FrozenModel):
    """A stored verification result; see `VerificationResult`.

    `lost_rows` is the number of rows lost in restores, and `unsealed_rows` is the number of rows in
    other tables whose seal is not valid.
    """

    at: datetime
    rows: int
    head: str
    first_broken: int | None
    missing_from: int | None
    lost_rows: int
    unsealed_rows: int = 0


class AuditTrailStatus(FrozenModel):
    """The length of the trail, its head, and the last verification result.

    The head is the seal of the last row. Store it outside this server, so that `gender-coach audit
    verify --head` can check whether it is still in the trail.
    """

    rows: int
    head: str
    last_check: AuditCheck | None


def read_trail_status(services: Services) -> AuditTrailStatus:
    """Return the trail's length, head and last verification, without verifying the trail again."""
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
            at=check.at,
            rows=check.rows,
            head=check.head,
            first_broken=check.first_broken,
            missing_from=check.missing_from,
            lost_rows=check.lost_rows,
            unsealed_rows=check.unsealed_rows,
        ),
    )
