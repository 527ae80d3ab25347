"""What follows when altered notes are noticed: an event in the trail, and the author's decision."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from api.audit_trail.log import record_event
from api.http.principal import Principal
from api.services import Services
from api.session_reports.notebook_integrity import NotebookAlteredError, update_mac
from api.session_reports.open_notebook import open_on_device, seen_by


@contextmanager
def recording_alterations(services: Services, principal: Principal) -> Iterator[None]:
    """Record in the audit trail that altered notes were noticed; the transaction is over by then.

    Raises:
        NotebookAlteredError: as in the block.
    """
    try:
        yield
    except NotebookAlteredError as error:
        record_alteration(services, principal, error)
        raise


def record_alteration(
    services: Services, principal: Principal, error: NotebookAlteredError
) -> None:
    """Record in the audit trail that altered notes were noticed."""
    with services.database.writing() as tx:
        record_event(
            tx, "altered notes noticed", "person", principal.person_id or "", how=error.how
        )


def accept_notes(services: Services, principal: Principal) -> int:
    """Continue with the notes as they are now, after an alteration; return the new version.

    Notes that were put back or added are accepted if they can be decrypted at all.

    Raises:
        NotesClosedError: the notes are not open on this device.
        NotebookAlteredError: the opener of this device was altered.
    """
    with recording_alterations(services, principal), services.database.writing() as tx:
        opened = open_on_device(tx, services.keyring, principal, check=False)
        update_mac(tx, opened, seen_by(principal))
        record_event(tx, "notes accepted as they are", "person", opened.row.person_id)
        return opened.row.version
