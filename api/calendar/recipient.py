"""Recipients of invitations and other emails."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from coach.people import Person


@dataclass(frozen=True, slots=True)
class Recipient:
    """A recipient of emails. Times in these emails are in the time zone `zone`.

    `organiser` is the ORGANIZER and From address of invitations to this recipient; if it is empty,
    the deployment's address is used.
    """

    name: str
    address: str
    zone: ZoneInfo
    organiser: str = ""

    @classmethod
    def of(cls, person: Person) -> Recipient:
        """Create a recipient from a person in the roster."""
        return cls(name=person.name, address=person.email, zone=person.zone)
