"""Recognises the people in earlier pairs, and adds the level that avoids repeating such pairs."""

from __future__ import annotations

import hmac
from collections import defaultdict
from collections.abc import Iterator

from coach.cycle import Cycle
from coach.folding import folded
from coach.humans import Humans, folded_address, humans_of
from coach.objective import ObjectiveLevel
from coach.people import Person, Roster
from coach.repeat import EarlierPairs

_KEY_LENGTH = 32
"""The number of hexadecimal digits: 128 bits, so that keys practically never collide."""

HumanKeys = dict[int, frozenset[str]]
"""Maps each human's number from `humans_of` to the human's keys."""


def human_keys(roster: Roster, humans: Humans, secret: str) -> HumanKeys:
    """Return keyed digests that identify each human in a roster.

    Digests are computed from the value of `person`, and from the address together with the name,
    for all rows of the human. Two humans in different rosters are the same if they have a digest in
    common. `secret` is the key of the digests; only digests with the same key can be compared.
    """
    found: dict[int, set[str]] = defaultdict(set)
    rows: tuple[Person, ...] = (*roster.coachees, *roster.coaches)
    for human, person in zip((*humans.coachees, *humans.coaches), rows, strict=True):
        found[human].update(_digest(secret, *one) for one in _identities(person))
    return {human: frozenset(keys) for human, keys in found.items()}


def keys_by_id(
    roster: Roster, secret: str
) -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    """Return the keys of all coachees and those of all coaches, each keyed by id."""
    humans = humans_of(roster)
    keys = human_keys(roster, humans, secret)
    return (
        {one.id: keys[who] for one, who in zip(roster.coachees, humans.coachees, strict=True)},
        {one.id: keys[who] for one, who in zip(roster.coaches, humans.coaches, strict=True)},
    )


def objective_levels(roster: Roster, cycle: Cycle) -> tuple[ObjectiveLevel, ...]:
    """Return the levels that a run optimises, in order.

    If earlier pairs are known and the policy avoids them, `repeat` follows `placed`, or follows
    `kept` if that is the second level.
    """
    levels = cycle.objective.levels
    if roster.earlier_pairs is None or cycle.rules.repeat.earlier is not EarlierPairs.AVOID:
        return levels
    place = 2 if ObjectiveLevel.KEPT in levels[1:2] else 1
    return (*levels[:place], ObjectiveLevel.REPEAT, *levels[place:])


def _identities(person: Person) -> Iterator[tuple[str, ...]]:
    if person.person:
        yield "person", person.person
    if address := folded_address(person.email):
        yield "name", address, folded(person.name)


def _digest(secret: str, *parts: str) -> str:
    message = "\0".join(parts).encode()
    return hmac.digest(secret.encode(), message, "sha256").hex()[:_KEY_LENGTH]
