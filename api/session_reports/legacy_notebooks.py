"""Legacy notebooks: started by a version without notebook keys, and not unlocked since.

The key file and the database together unlock a legacy notebook. Somebody with an earlier copy of
the database could therefore restore the rows of a notebook from before it received its key. The
coach would then write new notes that others could read. Such a notebook is refused.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.rows import AuditRow
from api.crypto.row_seal import is_sealed
from api.http.principal import SeenVersion
from api.session_reports import facts
from api.session_reports.notebook_integrity import NotebookAlteredError, restored_to
from api.session_reports.rows import NotebookRow

ENCRYPTED_ANEW = "notes encrypted anew"
"""The action that the audit trail records when a legacy notebook receives its key."""


def require_genuine_legacy(
    tx: Transaction, notebook: NotebookRow, seen: SeenVersion | None
) -> None:
    """Check that a legacy notebook has never had a key.

    `seen` is the version of the notebook that the device remembers, if any; a device of a genuine
    legacy notebook remembers none, unless the database was restored since.

    Raises:
        NotebookAlteredError: the row has no valid seal, the device has seen the notebook with a
            key, or the audit trail records that it received a key.
    """
    was_seen = seen is not None and restored_to(tx, notebook, seen) is None
    if was_seen or not is_sealed(tx, notebook) or _received_key(tx, notebook):
        raise NotebookAlteredError(facts.LEGACY_NOTEBOOK_ALTERED(), "legacy")


def _received_key(tx: Transaction, notebook: NotebookRow) -> bool:
    details = tx.scalars(
        select(AuditRow.detail).where(
            AuditRow.action == ENCRYPTED_ANEW, AuditRow.object_id == notebook.person_id
        )
    )
    return any(detail.get("notebook") == notebook.number for detail in details)
