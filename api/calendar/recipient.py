"""Who an invitation goes to."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from coach.people import Person


@dataclass(frozen=True, slots=True)
class Recipient:
    """The one person an invitation is for: the mail tells times in their `zone`."""

    name: str
    address: str
    zone: ZoneInfo

    @classmethod
    def of(cls, person: Person) -> Recipient:
        """A person of the roster as a recipient."""
        return cls(name=person.name, address=person.email, zone=person.zone)
