"""Many sessions on one day: the search agrees with enumeration, and is quick where that is slow."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest

from matching.coach_timetable import day_packing, day_search
from matching.coach_timetable.day_packing import pack_starts
from matching.coach_timetable.day_search import search_starts
from tests.seeds import seeds

Days = tuple[tuple[tuple[int, ...], ...], tuple[int, ...]]


def random_day(random: Random, sessions: int) -> Days:
    """Return the starts of sessions, some of which are intervals, and their spacing."""
    options = []
    for _ in range(sessions):
        first, last = sorted(random.choices(range(0, 480, 30), k=2))
        some = random.sample(range(0, 480, 30), random.randint(1, 5))
        options.append(tuple(random.choice([range(first, last + 1, 30), sorted(some)])))
    spacing = random.choice([(60,), (90,), (60, 90)])
    return tuple(options), tuple(random.choice(spacing) for _ in range(sessions))


def fits(day: Days, found: tuple[int, ...]) -> bool:
    """Return whether each session has one of its starts and none begins during another."""
    options, spacing = day
    in_order = sorted(zip(found, spacing, strict=True))
    apart = all(one + length <= other for (one, length), (other, _) in pairwise(in_order))
    return apart and all(start in own for start, own in zip(found, options, strict=True))


@pytest.mark.parametrize("steps", [5_000, 0], ids=["search", "CP-SAT"])
@pytest.mark.parametrize("seed", seeds(range(20)))
def test_search_finds_starts_if_and_only_if_enumeration_does(
    seed: int, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(day_search, "_MAX_STEPS", steps)
    monkeypatch.setattr(day_packing, "_MAX_ENUMERATED", 6)
    random = Random(seed)
    for _ in range(20 if steps else 2):
        day = random_day(random, random.randint(1, 6))
        found = search_starts(*day, (0,) * len(day[0]))
        assert (found is None) == (pack_starts(*day) is None)
        assert found is None or fits(day, found)


@pytest.mark.parametrize("steps", [5_000, 0], ids=["search", "CP-SAT"])
def test_session_that_comes_before_another_is_placed_before_it(
    steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(day_search, "_MAX_STEPS", steps)
    assert search_starts([(0, 60), (0, 60)], (60, 60), (0b10, 0)) == (60, 0)
    assert search_starts([(0,), (60,)], (60, 60), (0b10, 0)) is None


def test_day_of_thirty_sessions_within_windows_takes_few_steps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_arguments: object) -> None:
        raise AssertionError("the search took too many steps")

    monkeypatch.setattr(day_search, "_search_with_cp_sat", refuse)
    random, outcomes = Random(1), set()
    for _ in range(60):
        last = int(30 * 20 * random.choice([1.0, 1.1, 1.3]))
        windows = [(first := random.randrange(0, last - 60, 5), first + 120) for _ in range(30)]
        options = tuple(tuple(range(low, min(high, last) + 1, 5)) for low, high in windows)
        found = pack_starts(options, 20)
        outcomes.add(found is not None)
        assert found is None or fits((options, (20,) * 30), found)
    assert outcomes == {True, False}
