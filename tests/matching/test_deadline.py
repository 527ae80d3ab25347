"""Deadlines record whether they were exceeded."""

from math import inf

import pytest

from matching.deadline import Deadline, DeadlineExceededError, EffortExceededError


def test_deadline_records_that_it_or_a_sub_deadline_was_exceeded() -> None:
    now = 0.0
    deadline = Deadline(lambda: now, 10.0, lambda: False)
    part = deadline.sub_deadline(0.5)
    now = 4.0
    assert (part.remaining, deadline.was_exceeded) == (1.0, False)
    now = 6.0
    assert not deadline.was_exceeded, "the time has not been checked yet"
    assert part.remaining == 0
    assert deadline.was_exceeded


def test_a_deadline_without_a_limit_is_never_exceeded() -> None:
    deadline = Deadline(lambda: 1e9, None, lambda: False)
    deadline.sub_deadline(0.5).check()
    assert not deadline.was_exceeded


def test_solver_that_stops_at_the_limit_exceeds_the_deadline() -> None:
    now = 0.0
    deadline = Deadline(lambda: now, 1.0, lambda: False)

    def work() -> str:
        nonlocal now
        now = 1.0
        return "the best so far"

    assert deadline.run_interruptible(work, lambda: None) == "the best so far"
    assert deadline.was_exceeded


def test_effort_is_limited_by_each_part_that_contains_it_and_not_by_the_clock() -> None:
    whole = Deadline(lambda: 0.0, None, lambda: False)
    outer = whole.with_effort(5.0)
    inner = outer.with_effort(2.0)
    inner.spend(1.5)
    assert (inner.effort_left, outer.effort_left, whole.effort_left) == (0.5, 3.5, inf)
    inner.check()
    inner.spend(1.0)
    with pytest.raises(EffortExceededError):
        inner.check()
    outer.sub_deadline(0.5).spend(2.5)
    with pytest.raises(EffortExceededError):
        outer.check()
    whole.check()
    assert not whole.was_exceeded


def test_grace_is_effort_that_may_be_used_after_the_time_has_passed() -> None:
    now = 0.0
    deadline = Deadline(lambda: now, 1.0, lambda: False)
    with_grace = deadline.with_grace(2.0)
    now = 5.0
    with pytest.raises(DeadlineExceededError):
        deadline.check()
    with_grace.spend(1.0)
    with_grace.with_effort(9.0).check()
    with_grace.with_effort(9.0).spend(1.0)
    with pytest.raises(DeadlineExceededError):
        with_grace.check()
    assert deadline.was_exceeded
