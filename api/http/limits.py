"""Limits: the cycles and countries to which a manager's access is limited."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a manager who is not an administrator.

    Attributes:
        cycles: the ids of the cycles that the manager may see; `None` means all cycles.
        countries: the codes of the countries or territories whose people the manager may see;
            `None` means all.
    """

    cycles: frozenset[str] | None = None
    countries: frozenset[str] | None = None

    @property
    def are_none(self) -> bool:
        """Whether the limits exclude nothing."""
        return self.cycles is None and self.countries is None

    def allow_cycle(self, cycle_id: str) -> bool:
        """Return whether the manager may see a cycle."""
        return self.cycles is None or cycle_id in self.cycles

    def allow_country(self, country: str | None) -> bool:
        """Return whether the manager may see people from a country; `None` means unknown."""
        return self.countries is None or country in self.countries


class LimitRule(StrEnum):
    """How a route applies a manager's limits."""

    CYCLES = "cycles"
    """Everything that the route shows or changes belongs to the cycles of the objects in its path.

    A manager limited to cycles may call the route if all these objects are in their cycles. A route
    without such an object in its path is closed to limited managers. All routes with this rule are
    closed to managers limited to countries. This is the default, so a new route remains closed
    until somebody decides otherwise.
    """

    SHOWN_CYCLES = "shown cycles"
    """Like `CYCLES`, but the route may show several cycles; its use case applies the limits."""

    COUNTRIES = "countries"
    """Like `SHOWN_CYCLES`, but also open to managers limited to countries.

    The use case shows these managers only people from their countries, and people in the path must
    be from these countries.
    """

    NO_CYCLE = "no cycle"
    """The route shows and changes nothing in a cycle, or only the user's own data."""
