"""A time limit is divided among reading, solving, explaining and writing."""

from __future__ import annotations

import pytest

from api.cli.command_clock import COMMAND_CLOCK
from api.cli.time_budget import TimeBudget


@pytest.fixture(autouse=True)
def _new_command() -> None:
    COMMAND_CLOCK.restart()


def test_without_a_limit_nothing_is_limited() -> None:
    budget = TimeBudget(None, 3.0)
    assert budget.solving_seconds() is None
    assert budget.left_seconds() is None


def test_solving_gets_the_time_that_start_up_and_writing_leave() -> None:
    solving = TimeBudget(100.0, 20.0).solving_seconds()
    assert solving is not None
    assert 75 < solving < 80


def test_solving_gets_a_share_of_a_short_limit_and_explaining_nothing() -> None:
    budget = TimeBudget(10.0, 60.0)
    assert budget.solving_seconds() == pytest.approx(5.0)
    assert budget.left_seconds() == 0.0


def test_limit_of_zero_leaves_no_time() -> None:
    assert TimeBudget(0.0, 1.0).solving_seconds() == 0.0


@pytest.mark.parametrize(("processor_seconds", "least", "most"), [(0.1, 75, 81), (0.01, 65, 71)])
def test_on_a_busy_machine_writing_is_expected_to_take_longer(
    processor_seconds: float, least: float, most: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.process_time", lambda: processor_seconds)
    solving = TimeBudget(100.0, 10.0).solving_seconds()
    assert solving is not None
    assert least < solving < most  # twice and, at most, three times the processor time
