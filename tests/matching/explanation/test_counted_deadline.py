"""A search limited to a number of steps ends at the same point, however fast the clock runs."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest

from matching.deadline import Deadline, DeadlineExceededError
from matching.explanation.counted_deadline import CountedDeadline


def ticking(seconds: float) -> Callable[[], float]:
    """Return a clock that advances by `seconds` whenever it is read."""
    ticks = count()
    return lambda: seconds * next(ticks)


def deadline(tick: float = 0.0, limit: float | None = None) -> CountedDeadline:
    return CountedDeadline(Deadline(ticking(tick), limit, lambda: False), 20)


def steps_until_the_end(limited: Deadline) -> int:
    for number in count():
        try:
            limited.check()
        except DeadlineExceededError:
            return number
    raise AssertionError


@pytest.mark.parametrize("tick", [0.0, 5.0, 1000.0])
def test_number_of_steps_does_not_depend_on_the_clock(tick: float) -> None:
    limited = deadline(tick)
    assert steps_until_the_end(limited) == 20
    assert not limited.was_exceeded


def test_time_limit_ends_the_search_earlier_and_is_reported() -> None:
    limited = deadline(tick=1.0, limit=8.0)
    assert steps_until_the_end(limited) < 20
    assert limited.was_exceeded


def test_part_gets_a_share_of_the_steps_and_its_steps_count_for_the_whole() -> None:
    whole = deadline()
    assert steps_until_the_end(whole.sub_deadline(0.5)) == 10
    assert steps_until_the_end(whole) == 9, "the step that failed is counted"


def test_solver_call_counts_five_steps_however_often_it_reads_the_clock() -> None:
    def interruptible(
        work: Callable[[], int], _stop: Callable[[], object], check: Callable[[], object]
    ) -> int:
        for _ in range(100):
            check()
        return work()

    whole = Deadline(ticking(0.0), None, lambda: False, interruptible)  # type: ignore[arg-type] - only for integers
    limited = CountedDeadline(whole, 20)
    assert limited.run_interruptible(lambda: 7, lambda: None) == 7
    assert steps_until_the_end(limited) == 15
