"""What every part of the audit looks at: the inputs, the result, and both by id."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from coach.cycle import Cycle
from coach.people import Coach, Coachee, Roster
from matching.audit.hours import Hours, Spans
from matching.judgement import Judges
from matching.result import Match, Result
from matching.rules import Facts


class Case:
    """One result beside the people and the policy it was made for."""

    def __init__(
        self,
        roster: Roster,
        cycle: Cycle,
        result: Result,
        keep: Result | None,
        each_step: Callable[[], object] = lambda: None,
    ) -> None:
        self.roster = roster
        self.cycle = cycle
        self.result = result
        self.keep = keep
        self.each_step = each_step
        self.hours = Hours(cycle)
        self.coachees = {coachee.id: coachee for coachee in roster.coachees}
        self.coaches = {coach.id: coach for coach in roster.coaches}
        self.row = {coachee.id: row for row, coachee in enumerate(roster.coachees)}
        self.column = {coach.id: column for column, coach in enumerate(roster.coaches)}
        self._spans: dict[int, Spans] = {}

    @cached_property
    def judges(self) -> Judges:
        """The rules upon the auditor's own reading of everybody's free time."""
        return Judges(Facts(self.roster, self.cycle, self.hours.free_time(self.roster, self.free)))

    @cached_property
    def known(self) -> tuple[Match, ...]:
        """The matches of people who are in the roster."""
        return tuple(
            match
            for match in self.result.matches
            if match.coachee in self.coachees and match.coach in self.coaches
        )

    def free(self, person: Coachee | Coach) -> Spans:
        """The person's free time, read once."""
        if id(person) not in self._spans:
            self.each_step()
            self._spans[id(person)] = self.hours.free(person)
        return self._spans[id(person)]


def named(match: Match) -> str:
    """How findings name a match."""
    return f"match {match.coachee} with {match.coach}"
