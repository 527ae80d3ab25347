"""Availability after a change, recomputed only for the people it affects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from coach.cycle import Cycle
from coach.people import Person, Roster
from matching.instance.availability_grid import AvailabilityGrid, Bits, build_availability_grid
from matching.rules import RuleInputs


class ChangedAvailability:
    """Computes availability for variations of a base roster and policy, reusing unchanged rows."""

    def __init__(self, base: RuleInputs) -> None:
        self._base = base
        people = base.roster
        self._rows = {
            (side, person.id): (row, person)
            for side, persons in (("coachee", people.coachees), ("coach", people.coaches))
            for row, person in enumerate(persons)
        }

    def inputs(self, roster: Roster, cycle: Cycle) -> RuleInputs:
        """Return the rule inputs for `roster` and `cycle`, reusing unchanged rows."""
        if _grid_key(cycle) != _grid_key(self._base.cycle):
            return RuleInputs(
                roster, cycle, build_availability_grid(roster, cycle), self._base.history
            )
        base = self._base.availability_grid
        changed_people = Roster(
            coachees=tuple(one for one in roster.coachees if self._known("coachee", one) is None),
            coaches=tuple(one for one in roster.coaches if self._known("coach", one) is None),
        )
        recomputed = (
            build_availability_grid(changed_people, cycle)
            if changed_people.coachees or changed_people.coaches
            else None
        )
        return RuleInputs(
            roster,
            cycle,
            replace(
                base,
                coachees=self._assemble("coachee", roster.coachees, base.coachees, recomputed),
                coaches=self._assemble("coach", roster.coaches, base.coaches, recomputed),
            ),
            self._base.history,
        )

    def _known(self, side: str, person: Person) -> int | None:
        """Return a person's row in the base grid, or `None` if it is missing or out of date."""
        row, before = self._rows.get((side, person.id), (-1, None))
        return (
            row
            if before is not None and _availability_key(before) == _availability_key(person)
            else None
        )

    def _assemble(
        self, side: str, people: Sequence[Person], base: Bits, recomputed: AvailabilityGrid | None
    ) -> Bits:
        rows = [self._known(side, person) for person in people]
        assembled = np.zeros((len(people), base.shape[1]), dtype=np.uint64)
        same = [place for place, row in enumerate(rows) if row is not None]
        assembled[same] = base[[row for row in rows if row is not None]]
        if recomputed is not None:
            changed_people = [place for place, row in enumerate(rows) if row is None]
            assembled[changed_people] = (
                recomputed.coachees if side == "coachee" else recomputed.coaches
            )
        return assembled


def _grid_key(cycle: Cycle) -> tuple[object, ...]:
    """Return the policy fields that determine the grid and the days off."""
    return (
        cycle.cycle.start,
        cycle.cycle.end,
        cycle.cycle.timezone,
        cycle.calendar,
        cycle.sessions.minutes,
        cycle.sessions.grid_minutes,
        cycle.sessions.contracting_minutes,
    )


def _availability_key(person: Person) -> tuple[object, ...]:
    """Return the fields that determine when a person is free."""
    return (
        person.availability,
        person.unavailable,
        person.busy,
        person.timezone,
        person.country,
    )
