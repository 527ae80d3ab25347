"""The use case that undoes the latest list of a cycle."""

from __future__ import annotations

from sqlalchemy.orm import undefer

from api.audit_trail.log import record_event
from api.cycles.service import cycle_header
from api.http.principal import Principal
from api.participants import facts
from api.participants.changed_addresses import changing_addresses
from api.participants.rows import ListUndoRow
from api.participants.undo import restore_people
from api.participants.upload import check_stored_policy
from api.services import Services
from coach.errors import ConflictError


def undo_lists(services: Services, principal: Principal, cycle_id: str) -> None:
    """Restore the people of a cycle as they were before its latest list.

    People whom the list added are deleted. Addresses that people have changed are kept.

    Raises:
        ConfirmFirstError: the email address of a person changes, and the user has not authenticated
            recently.
        NotFoundError: there is no such cycle.
        ConflictError: nothing can be undone, usually because a run has started.
        UnusableInputError: the policy names people whom the list added.
    """
    with services.database.writing() as tx:
        cycle_header(tx, cycle_id)
        undo = tx.get(ListUndoRow, cycle_id, options=[undefer(ListUndoRow.people)])
        if undo is None:
            raise ConflictError(facts.NOTHING_TO_UNDO())
        with changing_addresses(tx, services, principal, cycle_id):
            restored = restore_people(tx, undo, now=services.now())
            check_stored_policy(tx, cycle_id)
        tx.delete(undo)
        record_event(
            tx,
            "lists undone",
            "cycle",
            cycle_id,
            changed=restored.changed,
            deleted=restored.deleted,
        )
