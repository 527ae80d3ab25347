"""Explains the changes made by a re-match: why pairs and session times could not be kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from coach.availability import epoch_minute
from coach.sessions import Session
from coach.texts.facts import Fact
from matching.facts import moves as facts
from matching.facts.names import rule_name
from matching.facts.rules import ALL_REASONS, OBJECTION
from matching.instance.availability_grid import unpack
from matching.rematching.comparison import CoacheeDifference, compare_results
from matching.result import CoacheeChange, Match, Move, Result, SessionMove
from matching.rules.evaluation import RuleEvaluator
from matching.rules.schedule import can_meet


def explain_moves(
    evaluator: RuleEvaluator,
    before: Result,
    after: Result,
    on_move: Callable[[], object] = lambda: None,
    *,
    chosen: Sequence[CoacheeDifference] | None = None,
) -> tuple[Move, ...]:
    """Return a move, with its reason, for each coachee whose coach or sessions changed.

    `evaluator` must be based on the roster and policy of `after`. If `chosen` is given, only these
    changes are explained, and only their people have to be in the roster. `on_move` is called
    before each move and may raise an exception to stop.
    """
    changed = compare_results(before, after).changed if chosen is None else chosen
    explainer = _MoveExplainer(evaluator, before, after)
    return tuple(explainer.moves(on_move, changed))


class _MoveExplainer:
    """Finds the reason for each move between two results.

    If the earlier pair or time is still possible, the reason is that room was made for others.
    """

    def __init__(self, evaluator: RuleEvaluator, before: Result, after: Result) -> None:
        roster = evaluator.inputs.roster
        self._before = {match.coachee: match for match in before.matches}
        self._after = {match.coachee: match for match in after.matches}
        self._evaluator = evaluator
        self._row = {one.id: row for row, one in enumerate(roster.coachees)}
        self._column = {one.id: column for column, one in enumerate(roster.coaches)}
        self._earlier_load = Counter(match.coach for match in before.matches)
        self._newcomers = self._after.keys() - self._before.keys()

    def moves(
        self, on_move: Callable[[], object], changed: Sequence[CoacheeDifference]
    ) -> Iterator[Move]:
        for one in changed:
            on_move()
            sessions: tuple[SessionMove, ...] = ()
            if one.change is CoacheeChange.RETIMED:
                sessions = tuple(self._sessions(one.coachee))
            yield Move(
                coachee=one.coachee,
                change=one.change,
                before=one.before,
                after=one.after,
                reason=self._reason(one, sessions),
                sessions=sessions,
            )

    def _reason(self, one: CoacheeDifference, sessions: tuple[SessionMove, ...]) -> Fact:
        if one.change is CoacheeChange.RETIMED:
            why = [*self._number(one.coachee), *(session.reason for session in sessions)]
            return _together(dict.fromkeys(why))
        if one.before is None:
            return facts.NEWCOMER()
        why_impossible = self._why_impossible(one.coachee, one.before)
        return why_impossible or (
            facts.ROOM_FOR_NEWCOMER() if self._newcomers else facts.NEEDED_BY_OTHERS()
        )

    def _number(self, coachee: str) -> Iterator[Fact]:
        """Yield the change in the number of sessions, if there is one."""
        now, before = (len(kept[coachee].sessions) for kept in (self._after, self._before))
        if now != before:
            yield facts.SESSIONS_BEFORE(count=now, before=before)

    def _why_impossible(self, coachee: str, coach: str) -> Fact | None:
        """Return why the pair is no longer possible, or `None` if it still is."""
        if coachee not in self._row:
            return facts.COACHEE_LEFT(coachee=coachee)
        if coach not in self._column:
            return facts.COACH_LEFT(coach=coach)
        pair = self._row[coachee], self._column[coach]
        if objections := self._evaluator.objections(*pair):
            return _together(
                OBJECTION(rule=rule_name(rule), reason=reason)
                for rule, reason in objections.items()
            )
        rows = np.array([pair[0]], dtype=np.int32), np.array([pair[1]], dtype=np.int32)
        if not can_meet(self._evaluator.inputs, *rows)[0]:
            return facts.NO_TIME_ANY_MORE()
        takes = self._evaluator.inputs.roster.coaches[pair[1]].capacity
        if takes < self._earlier_load[coach]:
            before = self._earlier_load[coach]
            return facts.FEWER_PLACES(coach=coach, count=takes, before=before)
        return None

    def _sessions(self, coachee: str) -> Iterator[SessionMove]:
        match, earlier = self._after[coachee], self._before[coachee]
        old = {session.number: session for session in earlier.sessions}
        for session in match.sessions:
            before = old.get(session.number)
            if before and (before.start, before.end) != (session.start, session.end):
                yield SessionMove(
                    number=session.number,
                    before=before,
                    after=session,
                    reason=self._why_not_at_old_time(match, before) or facts.TIMES_AROUND_MOVED(),
                )

    def _why_not_at_old_time(self, match: Match, session: Session) -> Fact | None:
        """Return why a session cannot keep its old time, or `None` if both people are free then."""
        free = self._evaluator.inputs.availability_grid
        start = epoch_minute(session.start)
        within = free.starts_of(session.number)
        places = np.flatnonzero(free.starts[within] == start)
        if not len(places):
            return facts.NO_SESSION_THEN()
        place = int(places[0]) + (within.start or 0)
        coachee_free, coach_free = (
            bool(unpack(bits, len(free.starts))[place])
            for bits in (
                free.coachees[self._row[match.coachee]],
                free.coaches[self._column[match.coach]],
            )
        )
        if not (coachee_free or coach_free):
            return facts.BOTH_AWAY(coachee=match.coachee, coach=match.coach)
        if not coachee_free:
            return facts.COACHEE_AWAY(coachee=match.coachee)
        return None if coach_free else facts.COACH_AWAY(coach=match.coach)


def _together(reasons: Iterable[Fact]) -> Fact:
    """Combine `reasons` into a single fact."""
    several = list(reasons)
    return several[0] if len(several) == 1 else ALL_REASONS(reasons=several)
