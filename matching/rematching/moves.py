"""Explains what a re-match changed, and why each pair or session could not stay as it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np

from coach.availability import epoch_minute
from coach.plural import pluralise
from coach.sessions import Session
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
) -> tuple[Move, ...]:
    """Return a move, with its reason, for each coachee whose coach or sessions changed.

    `evaluator` is for the roster and policy of `after`. `on_move` is called before each move and
    may raise an exception to stop.
    """
    return tuple(_MoveExplainer(evaluator, before, after).moves(on_move))


class _MoveExplainer:
    """Finds the reason for each move between two results.

    If the earlier pair or time is still possible, the reason is that room was made for others.
    """

    def __init__(self, evaluator: RuleEvaluator, before: Result, after: Result) -> None:
        roster = evaluator.inputs.roster
        self._differences = compare_results(before, after).changed
        self._before = {match.coachee: match for match in before.matches}
        self._after = {match.coachee: match for match in after.matches}
        self._evaluator = evaluator
        self._row = {one.id: row for row, one in enumerate(roster.coachees)}
        self._column = {one.id: column for column, one in enumerate(roster.coaches)}
        self._earlier_load = Counter(match.coach for match in before.matches)
        self._newcomers = self._after.keys() - self._before.keys()

    def moves(self, on_move: Callable[[], object]) -> Iterator[Move]:
        for one in self._differences:
            on_move()
            sessions: tuple[SessionMove, ...] = ()
            if one.change is CoacheeChange.RETIMED:
                sessions = tuple(self._sessions(one.coachee))
            yield Move(
                coachee=one.coachee,
                change=one.change,
                before=one.before,
                after=one.after,
                because=self._because(one, sessions),
                sessions=sessions,
            )

    def _because(self, one: CoacheeDifference, sessions: tuple[SessionMove, ...]) -> str:
        if one.change is CoacheeChange.RETIMED:
            why = [*self._number(one.coachee), *(session.because for session in sessions)]
            return "; ".join(dict.fromkeys(why))
        if one.before is None:
            return "had no coach before"
        why_impossible = self._why_impossible(one.coachee, one.before)
        return why_impossible or (
            "to place somebody who had no coach before"
            if self._newcomers
            else "the places and hours of this coach are needed by others"
        )

    def _number(self, coachee: str) -> Iterator[str]:
        """Yield a description of the change in the number of sessions, if there is one."""
        now, before = (len(kept[coachee].sessions) for kept in (self._after, self._before))
        if now != before:
            yield f"{pluralise(now, 'session')} instead of {before}"

    def _why_impossible(self, coachee: str, coach: str) -> str | None:
        """Return why the pair is no longer possible, or `None` if it still is."""
        if coachee not in self._row:
            return f"{coachee} is no longer among the coachees"
        if coach not in self._column:
            return f"{coach} is no longer among the coaches"
        pair = self._row[coachee], self._column[coach]
        if objections := self._evaluator.objections(*pair):
            return "; ".join(f"{rule}: {because}" for rule, because in objections.items())
        rows = np.array([pair[0]], dtype=np.int32), np.array([pair[1]], dtype=np.int32)
        if not can_meet(self._evaluator.inputs, *rows)[0]:
            return "not all sessions find a time any more"
        takes = self._evaluator.inputs.roster.coaches[pair[1]].capacity
        if takes < self._earlier_load[coach]:
            return f"{coach} takes {pluralise(takes, 'coachee')}, had {self._earlier_load[coach]}"
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
                    because=self._why_not_at_old_time(match, before) or "the times around it moved",
                )

    def _why_not_at_old_time(self, match: Match, session: Session) -> str | None:
        """Return what prevents a session from keeping its old time, or `None` if nothing does."""
        free = self._evaluator.inputs.availability_grid
        start = epoch_minute(session.start)
        place = int(np.searchsorted(free.starts, start))
        if place == len(free.starts) or free.starts[place] != start:
            return "the cycle has no session at that time any more"
        people = (
            (match.coachee, free.coachees[self._row[match.coachee]]),
            (match.coach, free.coaches[self._column[match.coach]]),
        )
        away = [one for one, bits in people if not unpack(bits, len(free.starts))[place]]
        return f"{' and '.join(away)} not free at the old time" if away else None
