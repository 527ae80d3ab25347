"""The context of an audit: the inputs and the result, indexed by id."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property

from coach.cycle import Cycle
from coach.people import Coach, Coachee, Roster
from coach.sessions import Session
from coach.texts.facts import Fact
from matching.auditor.hours import AuditCalendar, Spans
from matching.facts.findings import MATCH
from matching.instance.partial_cycle import FixedHistory, UnderWay
from matching.result import Match, Result
from matching.rules import RuleInputs
from matching.rules.evaluation import RuleEvaluator


class AuditContext:
    """A result to audit, with the roster and policy from which it was computed."""

    def __init__(
        self,
        roster: Roster,
        cycle: Cycle,
        result: Result,
        keep: Result | None,
        under_way: UnderWay | None = None,
        *,
        on_step: Callable[[], object] = lambda: None,
    ) -> None:
        self.roster = roster
        self.cycle = cycle
        self.result = result
        self.keep = keep
        self.on_step = on_step
        self.under_way = under_way
        self.hours = AuditCalendar(cycle)
        self.coachees = {coachee.id: coachee for coachee in roster.coachees}
        self.coaches = {coach.id: coach for coach in roster.coaches}
        self.row = {coachee.id: row for row, coachee in enumerate(roster.coachees)}
        self.column = {coach.id: column for column, coach in enumerate(roster.coaches)}
        self._spans: dict[int, Spans] = {}

    @cached_property
    def evaluator(self) -> RuleEvaluator:
        """The rules, evaluated with the auditor's own availability grid."""
        history = FixedHistory(self.cycle, self.under_way, self.keep) if self.under_way else None
        free = self.hours.availability_grid(self.roster, self.free)
        return RuleEvaluator(RuleInputs(self.roster, self.cycle, free, history))

    @cached_property
    def past(self) -> dict[tuple[str, str], tuple[Session, ...]]:
        """The sessions of the kept result before `not_before`, keyed by pair."""
        if self.under_way is None or self.keep is None:
            return {}
        zone, first = self.cycle.cycle.zone, self.under_way.not_before
        return {
            (match.coachee, match.coach): past
            for match in self.keep.matches
            if (past := tuple(s for s in match.sessions if s.start.astimezone(zone).date() < first))
        }

    def is_past(self, match: Match, session: Session) -> bool:
        """Return whether the session is past and unchanged, so that its time is not checked."""
        return session in self.past.get((match.coachee, match.coach), ())

    def all_past(self, sessions: Iterable[Session]) -> bool:
        """Return whether all the sessions are past and therefore fixed."""
        if self.under_way is None:
            return False
        zone, first = self.cycle.cycle.zone, self.under_way.not_before
        return all(one.start.astimezone(zone).date() < first for one in sessions)

    def first_number(self, match: Match) -> int:
        """Return the expected number of a match's first session."""
        if past := self.past.get((match.coachee, match.coach)):
            return past[0].number
        return self.reached(match.coachee) + 1

    def reached(self, coachee: str) -> int:
        """Return the session number after which a series with a new coach continues.

        This is the number of the coachee's last past session. If there was none, it is 0, or -1 if
        a series begins with a contracting session.
        """
        before_first = -1 if self.cycle.sessions.contracting_minutes else 0
        if self.under_way is None:
            return before_first
        return max(before_first, self.under_way.reached.get(coachee, before_first))

    @cached_property
    def known(self) -> tuple[Match, ...]:
        """The matches whose coachee and coach are in the roster."""
        return tuple(
            match
            for match in self.result.matches
            if match.coachee in self.coachees and match.coach in self.coaches
        )

    def free(self, person: Coachee | Coach) -> Spans:
        """Return the person's free time, computed on first use."""
        if id(person) not in self._spans:
            self.on_step()
            self._spans[id(person)] = self.hours.free(person)
        return self._spans[id(person)]


def about_match(match: Match) -> Fact:
    """Return the name by which findings refer to a match."""
    return MATCH(coachee=match.coachee, coach=match.coach)
