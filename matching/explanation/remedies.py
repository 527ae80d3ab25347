"""What would give a coachee a coach: single changes, each verified by solving again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from coach.people import Roster
from matching.explanation.candidate_changes import Change, Changes, named
from matching.explanation.changed_availability import ChangedHours
from matching.explanation.eligibility import Standing, standings
from matching.explanation.neighbourhood import Neighbourhoods
from matching.result import Match, Remedy, Unmatched
from matching.rules import Facts
from matching.rules.evaluation import Judges

PlaceAll = Callable[[Facts, Collection[str]], bool]
"""Whether all these coachees can be placed at once: true only where such a plan was found."""


@dataclass(frozen=True)
class Effort:
    """How much the search for remedies may cost; shared out evenly where many are unmatched.

    Attributes:
        found_each: remedies after which a coachee's search ends.
        tries_each: times the engine solves again for one coachee, at most.
        tries_in_all: times it solves again for everybody, at most.
        looks_in_all: changes looked at for everybody, at most, whether they are worth a try.
    """

    found_each: int = 3
    tries_each: int = 8
    tries_in_all: int = 120
    looks_in_all: int = 2000

    def tries(self, coachees: int, spent: int) -> int:
        """Times to solve again for the next of `coachees` who are still to be explained."""
        return min(self.tries_each, _part(self.tries_in_all - spent, coachees))

    def looks(self, coachees: int, spent: int) -> int:
        """Changes to look at for the next of `coachees`."""
        return _part(self.looks_in_all - spent, coachees)


def _part(left: int, coachees: int) -> int:
    """An even part, as long as anything is left."""
    return min(left, max(1, left // coachees))


def explain_unmatched(
    judges: Judges,
    matches: Collection[Match],
    place_all: PlaceAll,
    effort: Effort | None = None,
    *,
    certain: bool = True,
    each_step: Callable[[], object] = lambda: None,
    in_time: Callable[[], bool] = lambda: True,
) -> Iterator[Unmatched]:
    """Everybody of the roster who is in no match, in its order: why, and what would help.

    Remedies stand in the order of what they ask of people, and only where `place_all` has found
    a plan that gives the coachee a coach and everybody matched now as well. In a large programme
    that plan moves only people near the coachee.

    `certain` says that no plan places more; where it is not, more time may be all that is needed.
    `each_step` is called for each of them and for each change looked at; what it raises ends the
    search. Once `in_time` says no, nobody's remedies are looked for any more.
    """
    effort = effort or Effort()
    search = _Search(judges, matches, place_all, each_step, in_time, certain=certain)
    people = judges.facts.roster.coachees
    placed = {match.coachee for match in matches}
    rows = [row for row, coachee in enumerate(people) if coachee.id not in placed]
    for number, standing in enumerate(standings(judges, rows)):
        each_step()
        tries = effort.tries(len(rows) - number, search.tries)
        looks = effort.looks(len(rows) - number, search.looks)
        found = search.remedies(standing, tries, looks)
        yield Unmatched(
            coachee=people[standing.row].id,
            reason=standing.reason(),
            funnel=standing.funnel(),
            remedies=tuple(islice(found, effort.found_each if tries else 0)),
        )


class _Search:
    """The search for remedies beside one plan."""

    def __init__(
        self,
        judges: Judges,
        matches: Collection[Match],
        place_all: PlaceAll,
        each_step: Callable[[], object],
        in_time: Callable[[], bool],
        *,
        certain: bool,
    ) -> None:
        self._judges = judges
        self._each_step = each_step
        self._in_time = in_time
        self._load = Counter(match.coach for match in matches)
        self._placed = len(matches)
        self._parts = Neighbourhoods(judges, matches)
        self._hours = ChangedHours(judges.facts)
        self._place_all = place_all
        self._certain = certain
        self.tries = 0
        self.looks = 0

    def remedies(self, standing: Standing, tries: int, looks: int) -> Iterator[Remedy]:
        """Verified remedies from at most `tries` times solving again and `looks` changes."""
        last_try, last_look = self.tries + tries, self.looks + looks
        if not self._certain and standing.open.any():
            base = self._judges.facts
            nothing = Change("more time to solve; nothing else", base.roster, base.cycle)
            if self._verified(standing, standing.open, nothing):
                yield Remedy(change=nothing.words, effect=self._effect(standing, nothing))
                return
        for change in Changes(self._judges, standing, self._load):
            if self.tries >= last_try or self.looks >= last_look or not self._in_time():
                return
            self.looks += 1
            self._each_step()
            open_to = self._open_after(standing, change)
            helps = self._may_help(standing, open_to, change)
            if helps and self._verified(standing, open_to, change):
                yield Remedy(change=change.words, effect=self._effect(standing, change))

    def _verified(self, standing: Standing, open_to: NDArray[np.bool_], change: Change) -> bool:
        part = self._parts.around(standing.row, open_to, change)
        if part is None:
            return False
        self.tries += 1
        facts = self._hours.facts(*part)
        return self._place_all(facts, [coachee.id for coachee in facts.roster.coachees])

    def _open_after(self, standing: Standing, change: Change) -> NDArray[np.bool_]:
        """`bool[m]`: the coaches open to the coachee after the change.

        One change cannot lift two objections, so only coaches with one at most are judged again.
        """
        near = np.flatnonzero(standing.near)
        alone = Roster(
            coachees=(change.roster.coachees[standing.row],),
            coaches=tuple(change.roster.coaches[column] for column in near.tolist()),
        )
        (after,) = standings(Judges(self._hours.facts(alone, change.cycle)), [0])
        open_to = np.zeros(len(standing.able), dtype=np.bool_)
        open_to[near] = after.open
        return open_to

    def _may_help(self, before: Standing, open_to: NDArray[np.bool_], change: Change) -> bool:
        """Whether a coach is newly open to the coachee, or one open to them has a place."""
        coaches = change.roster.coaches
        left = np.array([self._load[coach.id] < coach.capacity for coach in coaches])
        opened = open_to & ~before.open
        return bool((opened if change.opens else opened | (open_to & left)).any())

    def _effect(self, standing: Standing, change: Change) -> str:
        coachee = named(change.roster.coachees[standing.row])
        if not self._placed:
            return f"{coachee} gets a coach"
        others = "the other one keeps" if self._placed == 1 else f"all {self._placed} others keep"
        return f"{coachee} gets a coach, {others} one"
