"""The use case for undoing a cycle's latest list."""

from __future__ import annotations

from sqlalchemy.orm import undefer

from api.audit_trail.log import record_event
from api.cycles.service import cycle_row
from api.cycles.versions import Part, next_version, require_version
from api.http.principal import Principal
from api.participants import facts
from api.participants.changed_addresses import changing_addresses
from api.participants.rows import ListUndoRow
from api.participants.undo import restore_people
from api.participants.upload import check_stored_policy
from api.services import Services
from coach.errors import ConflictError


def undo_lists(
    services: Services, principal: Principal, cycle_id: str, *, version: int | None = None
) -> None:
    """Restore the people in a cycle as they were before its latest list.

    `version` is the version of the lists to undo; `None` disables the check. People whom the list
    added are deleted. Addresses that people have changed are kept.

    Raises:
        ChangedSinceError: the lists have a different version.
        ConfirmFirstError: the email address of a person changes, and the user has not authenticated
            recently.
        NotFoundError: there is no such cycle.
        ConflictError: nothing can be undone, usually because a run has started.
        UnusableInputError: the policy names people whom the list added.
    """
    with services.database.writing() as tx:
        cycle = cycle_row(tx, cycle_id)
        require_version(tx, cycle, Part.LISTS, version)
        undo = tx.get(ListUndoRow, cycle_id, options=[undefer(ListUndoRow.people)])
        if undo is None:
            raise ConflictError(facts.NOTHING_TO_UNDO())
        with changing_addresses(tx, services, principal, cycle_id):
            restored = restore_people(tx, undo, now=services.now())
            check_stored_policy(tx, cycle_id)
        services.people_changed(tx, services, cycle_id)
        tx.delete(undo)
        record_event(
            tx,
            "lists undone",
            "cycle",
            cycle_id,
            changed=restored.changed,
            deleted=restored.deleted,
            version=next_version(cycle, Part.LISTS),
        )
