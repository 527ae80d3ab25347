"""Records that notes were altered, and accepts the altered notes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from api.audit_trail.log import record_event
from api.http.principal import Principal
from api.services import Services
from api.session_reports.device_unlocking import seen_by, unlock_on_device
from api.session_reports.notebook_integrity import NotebookAlteredError, update_mac


@contextmanager
def recording_alterations(services: Services, principal: Principal) -> Iterator[None]:
    """Record any `NotebookAlteredError` in the `with` block in the audit trail, and re-raise it.

    The block must contain its transaction, because the error rolls that transaction back.
    """
    try:
        yield
    except NotebookAlteredError as error:
        record_alteration(services, principal, error)
        raise


def record_alteration(
    services: Services, principal: Principal, error: NotebookAlteredError
) -> None:
    """Record in the audit trail that altered notes were detected."""
    with services.database.writing() as tx:
        record_event(
            tx, "altered notes noticed", "person", principal.person_id or "", how=error.how
        )


def accept_notes(services: Services, principal: Principal) -> int:
    """Continue with the current notes after an alteration; return the new version.

    Notes that were added or replaced by an older version become part of the notebook. Notes that
    cannot be decrypted remain unreadable.

    Raises:
        NotesLockedError: the notes are not unlocked on this device.
        NotebookAlteredError: the opener of this device was altered.
    """
    with recording_alterations(services, principal), services.database.writing() as tx:
        unlocked = unlock_on_device(tx, services.keyring, principal, check=False)
        update_mac(tx, unlocked, seen_by(principal))
        record_event(tx, "notes accepted as they are", "person", unlocked.row.person_id)
        return unlocked.row.version
