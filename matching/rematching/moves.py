"""What a re-match changed, and why each pair and each session could not stay as it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np

from coach.availability import epoch_minute
from coach.plural import counted
from coach.sessions import Session
from matching.instance.availability_grid import unpack
from matching.instance.meeting import can_meet
from matching.rematching.comparison import CoacheeDifference, compare_results
from matching.result import Change, Match, Move, Result, SessionMove
from matching.rules.evaluation import Judges


def moves(
    judges: Judges,
    before: Result,
    after: Result,
    each_move: Callable[[], object] = lambda: None,
) -> tuple[Move, ...]:
    """Everybody for whom anything differs between a kept result and the one made from it.

    `judges` are those of the people and the policy of `after`; `each_move` is called before each.
    """
    return tuple(_Reasons(judges, before, after).moves(each_move))


class _Reasons:
    """Looks for what has become impossible; else room was made for others."""

    def __init__(self, judges: Judges, before: Result, after: Result) -> None:
        roster = judges.facts.roster
        self._differences = compare_results(before, after).changed
        self._before = {match.coachee: match for match in before.matches}
        self._after = {match.coachee: match for match in after.matches}
        self._judges = judges
        self._row = {one.id: row for row, one in enumerate(roster.coachees)}
        self._column = {one.id: column for column, one in enumerate(roster.coaches)}
        self._had = Counter(match.coach for match in before.matches)
        self._newcomers = self._after.keys() - self._before.keys()

    def moves(self, each_move: Callable[[], object]) -> Iterator[Move]:
        for one in self._differences:
            each_move()
            sessions: tuple[SessionMove, ...] = ()
            if one.change is Change.RETIMED:
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
        if one.change is Change.RETIMED:
            why = [*self._number(one.coachee), *(session.because for session in sessions)]
            return "; ".join(dict.fromkeys(why))
        if one.before is None:
            return "had no coach before"
        gone = self._gone(one.coachee, one.before)
        return gone or (
            "to place somebody who had no coach before"
            if self._newcomers
            else "the places and hours of this coach are needed by others"
        )

    def _number(self, coachee: str) -> Iterator[str]:
        """That the series is longer or shorter than it was, where it is."""
        now, before = (len(kept[coachee].sessions) for kept in (self._after, self._before))
        if now != before:
            yield f"{counted(now, 'session')} instead of {before}"

    def _gone(self, coachee: str, coach: str) -> str | None:
        """Why the pair is no longer possible, were it alone; `None` where it is."""
        if coachee not in self._row:
            return f"{coachee} is no longer among the coachees"
        if coach not in self._column:
            return f"{coach} is no longer among the coaches"
        pair = self._row[coachee], self._column[coach]
        if objections := self._judges.objections(*pair):
            return "; ".join(f"{rule}: {because}" for rule, because in objections.items())
        rows = np.array([pair[0]], dtype=np.int32), np.array([pair[1]], dtype=np.int32)
        if not can_meet(self._judges, *rows)[0]:
            return "not all sessions find a time any more"
        takes = self._judges.facts.roster.coaches[pair[1]].capacity
        if takes < self._had[coach]:
            return f"{coach} takes {takes} coachees, had {self._had[coach]}"
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
                    because=self._unfree(match, before) or "the times around it moved",
                )

    def _unfree(self, match: Match, session: Session) -> str | None:
        """Who or what no longer allows a session at its old time; `None` where nothing forbids."""
        free = self._judges.facts.free_time
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
