"""Free time after a change, worked out anew only for whom it changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from coach.cycle import Cycle
from coach.people import Person, Roster
from matching.instance.availability_grid import Bits, FreeTime, free_time
from matching.rules import Facts


class ChangedHours:
    """Free time of rosters and policies that differ little from one base."""

    def __init__(self, base: Facts) -> None:
        self._base = base
        people = base.roster
        self._rows = {
            (side, person.id): (row, person)
            for side, persons in (("coachee", people.coachees), ("coach", people.coaches))
            for row, person in enumerate(persons)
        }

    def facts(self, roster: Roster, cycle: Cycle) -> Facts:
        """The same as free time made from the start, row by row."""
        if _grid(cycle) != _grid(self._base.cycle):
            return Facts(roster, cycle, free_time(roster, cycle), self._base.behind)
        base = self._base.free_time
        anew = Roster(
            coachees=tuple(one for one in roster.coachees if self._known("coachee", one) is None),
            coaches=tuple(one for one in roster.coaches if self._known("coach", one) is None),
        )
        fresh = free_time(anew, cycle) if anew.coachees or anew.coaches else None
        return Facts(
            roster,
            cycle,
            replace(
                base,
                coachees=self._taken("coachee", roster.coachees, base.coachees, fresh),
                coaches=self._taken("coach", roster.coaches, base.coaches, fresh),
            ),
            self._base.behind,
        )

    def _known(self, side: str, person: Person) -> int | None:
        """The base's row of a person whose free time is the same there."""
        row, before = self._rows.get((side, person.id), (-1, None))
        return row if before is not None and _hours(before) == _hours(person) else None

    def _taken(
        self, side: str, people: Sequence[Person], base: Bits, fresh: FreeTime | None
    ) -> Bits:
        rows = [self._known(side, person) for person in people]
        taken = np.zeros((len(people), base.shape[1]), dtype=np.uint64)
        same = [place for place, row in enumerate(rows) if row is not None]
        taken[same] = base[[row for row in rows if row is not None]]
        if fresh is not None:
            anew = [place for place, row in enumerate(rows) if row is None]
            taken[anew] = fresh.coachees if side == "coachee" else fresh.coaches
        return taken


def _grid(cycle: Cycle) -> tuple[object, ...]:
    """What of a policy decides where sessions may begin and when people are off."""
    return (
        cycle.cycle.start,
        cycle.cycle.end,
        cycle.cycle.timezone,
        cycle.calendar,
        cycle.sessions.minutes,
        cycle.sessions.grid_minutes,
    )


def _hours(person: Person) -> tuple[object, ...]:
    """What of a person decides when they are free."""
    return person.availability, person.unavailable, person.timezone, person.country
