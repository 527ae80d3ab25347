"""Finds pairs from earlier results among the people in a cycle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import product

from coach.cycle import Cycle
from coach.earlier_pairs import human_keys, keys_by_id
from coach.humans import humans_of
from coach.people import Person, Roster
from coach.repeat import allows_all
from matching.result import MatchedPeople, MatchedPerson, Result

EarlierPair = tuple[str, str]
"""The ids of a coachee and a coach."""


def find_earlier_pairs(roster: Roster, results: Iterable[Result]) -> tuple[EarlierPair, ...]:
    """Return the pairs in a roster whose coachee and coach were matched in an earlier result.

    Humans are recognised by the keys in the result, and by their ids if the result has no keys for
    them. The pairs are in file order.
    """
    return tuple(earlier_cycles_by_pair(roster, results))


def earlier_cycles_by_pair(
    roster: Roster, results: Iterable[Result]
) -> dict[EarlierPair, tuple[str, ...]]:
    """Return the pairs from earlier results, each with the known names of its cycles."""
    recognition = _Recognition(roster)
    found: dict[tuple[int, int], list[str]] = defaultdict(list)
    for result in results:
        name = "" if result.people is None else result.people.cycle
        for pair in set(recognition.pairs(result)):
            found[pair] += [name] if name and name not in found[pair] else []
    return {
        (roster.coachees[row].id, roster.coaches[column].id): tuple(found[row, column])
        for row, column in sorted(found)
    }


def matched_people(roster: Roster, result: Result) -> MatchedPeople:
    """Return the keys by which later cycles recognise the people in the matches of `result`."""
    coachees, coaches = keys_by_id(roster, result.input_sha256)
    return MatchedPeople(
        coachees=_matched(coachees, (match.coachee for match in result.matches)),
        coaches=_matched(coaches, (match.coach for match in result.matches)),
    )


def expected_people(roster: Roster, cycle: Cycle, result: Result) -> MatchedPeople | None:
    """Return the keys that `result` should contain, or `None` if the policy requires none."""
    return None if allows_all(cycle.rules.repeat) else matched_people(roster, result)


def _matched(keys: dict[str, frozenset[str]], matched: Iterable[str]) -> tuple[MatchedPerson, ...]:
    present = sorted(keys.keys() & set(matched))
    return tuple(MatchedPerson(id=one, keys=tuple(sorted(keys[one]))) for one in present)


class _Recognition:
    """Finds people from earlier results in a roster."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._humans = humans_of(roster)
        self._coachees = _rows_by_human(self._humans.coachees)
        self._coaches = _rows_by_human(self._humans.coaches)
        self._coachee = _human_by_id(roster.coachees, self._humans.coachees)
        self._coach = _human_by_id(roster.coaches, self._humans.coaches)

    def pairs(self, result: Result) -> Iterator[tuple[int, int]]:
        """Yield the coachee's and the coach's row for each pair in `result`."""
        by_key: dict[str, set[int]] = defaultdict(set)
        if result.people is not None:
            keys = human_keys(self._roster, self._humans, result.input_sha256)
            for human, own in keys.items():
                for key in own:
                    by_key[key].add(human)
        people = result.people or MatchedPeople(coachees=(), coaches=())
        coachees = {one.id: one.keys for one in people.coachees}
        coaches = {one.id: one.keys for one in people.coaches}
        for match in result.matches:
            one = _recognised(match.coachee, coachees, by_key, self._coachee)
            other = _recognised(match.coach, coaches, by_key, self._coach)
            for human, human_of_coach in product(one, other):
                yield from product(
                    self._coachees.get(human, ()), self._coaches.get(human_of_coach, ())
                )


def _recognised(
    written: str,
    keys: dict[str, tuple[str, ...]],
    by_key: dict[str, set[int]],
    by_id: dict[str, int],
) -> Collection[int]:
    """Return the humans in the roster who had the id `written` in an earlier result."""
    if written in keys:
        return set[int]().union(*(by_key.get(key, set()) for key in keys[written]))
    return {by_id[written]} if written in by_id else set()


def _rows_by_human(humans: Iterable[int]) -> dict[int, list[int]]:
    rows: dict[int, list[int]] = defaultdict(list)
    for row, human in enumerate(humans):
        rows[human].append(row)
    return rows


def _human_by_id(people: Iterable[Person], humans: Iterable[int]) -> dict[str, int]:
    return {person.id: human for person, human in zip(people, humans, strict=True)}
