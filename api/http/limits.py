"""Limits: the cycles and countries to which a manager's access is limited."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a manager who is not an administrator.

    Attributes:
        cycles: the ids of the cycles that the manager may see; `None` if all.
        countries: the codes of the countries or territories whose people the manager may see;
            `None` if all.
    """

    cycles: frozenset[str] | None = None
    countries: frozenset[str] | None = None

    @property
    def are_none(self) -> bool:
        """Whether the manager sees everything, and is only no administrator."""
        return self.cycles is None and self.countries is None

    def allow_cycle(self, cycle_id: str) -> bool:
        """Return whether the manager may see a cycle."""
        return self.cycles is None or cycle_id in self.cycles

    def allow_country(self, country: str | None) -> bool:
        """Return whether the manager may see people of a country; no one's if it is unknown."""
        return self.countries is None or country in self.countries


class LimitRule(StrEnum):
    """How a route respects the limits of a manager."""

    CYCLES = "cycles"
    """Everything that it shows or changes belongs to the cycles of the objects in its path.

    A manager limited to cycles may call it if all these objects are in their cycles. Without such
    an object in its path, it is closed to limited managers. It is closed to those limited to
    countries. This is the default, so that a new route is closed until somebody has thought of it.
    """

    SHOWN_CYCLES = "shown cycles"
    """As `CYCLES`, and what it shows of several cycles is confined by its use case."""

    COUNTRIES = "countries"
    """As `SHOWN_CYCLES`, and its use case shows those limited to countries only their people.

    The people in its path have to be of these countries.
    """

    NO_CYCLE = "no cycle"
    """It shows and changes nothing that belongs to a cycle, or only what belongs to the user."""
