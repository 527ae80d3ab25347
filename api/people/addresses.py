"""Changes a human's address in the directory, and whether their emails contain calendar objects."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.cycles.service import cycle_header
from api.database.existing_row import existing_row
from api.participants.humans import people_of
from api.participants.notices import notify_address_change
from api.participants.rows import HumanRow, PersonRow
from api.people.directory import DirectoryEntry, entry_of
from api.personal_links.email_change import NewAddress
from api.services import Services
from api.values import FrozenModel


class CalendarObjects(FrozenModel):
    """Whether emails to a human contain calendar objects, if the deployment attaches them."""

    attach_ics: bool


def change_address(services: Services, human_id: str, new: NewAddress) -> DirectoryEntry:
    """Change the address of a human, in the directory and in cycles that have not ended.

    If this server sends email, the person is notified at both addresses. The new address is kept
    until an uploaded list has a different address than the previous list.

    Raises:
        NotFoundError: there is no such human.
    """
    with services.database.writing() as tx:
        human = existing_row(tx, HumanRow, human_id, "human")
        human.email = new.address
        for person in people_of(tx, human_id):
            if person.email != new.address and _is_open(tx, person, services):
                former, person.email = person.email, new.address
                notify_address_change(tx, services, person, former)
                record_event(tx, "address changed", "person", person.id)
        return entry_of(tx, human_id)


def set_calendar_objects(
    services: Services, human_id: str, chosen: CalendarObjects
) -> DirectoryEntry:
    """Set whether emails to a human contain calendar objects.

    This applies to all emails that are sent from now on, in all cycles. If the setting does not
    change, nothing is recorded.

    Raises:
        NotFoundError: there is no such human.
    """
    with services.database.writing() as tx:
        human = existing_row(tx, HumanRow, human_id, "human")
        if human.attach_ics != chosen.attach_ics:
            human.attach_ics = chosen.attach_ics
            record_event(
                tx,
                f"calendar objects {'attached' if chosen.attach_ics else 'left out'}",
                "human",
                human_id,
            )
        return entry_of(tx, human_id)


def _is_open(tx: Transaction, person: PersonRow, services: Services) -> bool:
    """Return whether a person is in a cycle that has not ended."""
    cycle = cycle_header(tx, person.cycle_id)
    today: date = services.now().astimezone(ZoneInfo(cycle.timezone)).date()
    return person.left_at is None and person.erased_at is None and cycle.end >= today
