"""Search for duplicates among 12,000 names, with blocking and with a comparison of all pairs."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence

from rapidfuzz import fuzz, process

from coach.duplicates import Identity, suggest_duplicates
from coach.folding import folded
from tests.bench.figures import Figure

_COUNT = 12_000
_PLANTED = 100
_MAX_SECONDS = 5.0
_COMPARED = 600  # names that are compared with all others, to extrapolate
_FIRST_NAMES = (
    *("Ana", "Marija", "Ivana", "Jelena", "Milica", "Vesna", "Dragana", "Zorica"),
    *("Besa", "Arta", "Teuta", "Marko", "Petar", "Ivan", "Nikola", "Dragan"),
    *("Zoran", "Milan", "Goran", "Agim", "Besnik", "Arben", "Luan", "Stojan"),
)
_ENDINGS = ("ić", "ović", "evski", "aj", "a")


def duplicate_figures() -> Iterator[Figure]:
    """Measure the search for duplicates in a list with planted typing errors."""
    people, planted = _people(random.Random(7))
    began = time.process_time()
    found = {(one.first, one.second) for one in suggest_duplicates(people)}
    seconds = time.process_time() - began
    yield Figure(
        f"{_COUNT:,} names",
        f"{seconds:.1f} s of processor time",
        f"at most {_MAX_SECONDS:.0f} s",
        is_met=seconds <= _MAX_SECONDS,
        comparison=f"all pairs with rapidfuzz: about {_all_pairs_seconds(people):.0f} s",
    )
    recognised = sum(pair in found for pair in planted)
    yield Figure(
        f"{_PLANTED} planted duplicates",
        f"{recognised} found, {len(found) - recognised} other pairs suggested",
        f"{_PLANTED} found",
        is_met=recognised == _PLANTED,
    )


def _people(rng: random.Random) -> tuple[list[Identity], set[tuple[int, int]]]:
    """Return people, and the planted pairs: a person, and a copy with two letters swapped."""
    surnames = [_surname(rng) for _ in range(4_000)]
    names = [f"{rng.choice(_FIRST_NAMES)} {rng.choice(surnames)}" for _ in range(_COUNT - _PLANTED)]
    planted = set()
    for position in rng.sample(range(len(names)), _PLANTED):
        planted.add((names.index(names[position]), len(names)))  # the first of several namesakes
        names.append(_with_error(names[position]))
    return [Identity(name, f"p{number}@x.org") for number, name in enumerate(names)], planted


def _surname(rng: random.Random) -> str:
    syllables = (rng.choice("bcdgjklmnprstvz") + rng.choice("aeiou") for _ in range(3))
    return "".join(syllables).title() + rng.choice(_ENDINGS)


def _with_error(name: str) -> str:
    first, surname = name.split()
    return f"{first} {surname[:3]}{surname[4]}{surname[3]}{surname[5:]}"


def _all_pairs_seconds(people: Sequence[Identity]) -> float:
    """Return the processor time of comparing all pairs, extrapolated from some of the names."""
    names = [folded(one.name) for one in people]
    began = time.process_time()
    process.cdist(names[:_COMPARED], names, scorer=fuzz.token_sort_ratio, score_cutoff=90)
    return (time.process_time() - began) * len(names) / _COMPARED
