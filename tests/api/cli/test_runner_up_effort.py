"""The search for next best coaches is limited by effort, so the report is independent of load."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from importlib.resources import as_file
from types import SimpleNamespace

import pytest

from api.cli import runner_ups
from api.input_files.cycle_inputs import CycleInputs, read_inputs
from api.organisation import Organisation
from api.participants.sample import SAMPLE_FILES, sample_file
from api.results.plan_view import present_plan
from api.results.report import report_html
from matching.concurrency import Concurrency
from matching.engine import SolveOptions, solve
from matching.result import Result
from tests.texts import ENGLISH

SECONDS_PER_READING = (0.0, 0.001, 600.0)  # of an idle, a normal and an overloaded machine
MAX_STEPS = 12  # enough for some of the matches of the sample


@pytest.fixture(scope="module")
def solved() -> tuple[CycleInputs, Result]:
    cycle, coachees, coaches = (as_file(sample_file(name)) for name in SAMPLE_FILES)
    with cycle as one, coachees as two, coaches as three:
        inputs = read_inputs(one, two, three)
    result = solve(
        inputs.roster,
        inputs.cycle,
        options=SolveOptions(),
        input_sha256=inputs.sha256,
        clock=lambda: 0.0,
        concurrency=Concurrency(),
    )
    return inputs, result


def test_report_is_the_same_on_a_slow_and_on_a_fast_machine(
    solved: tuple[CycleInputs, Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs, result = solved
    monkeypatch.setattr(runner_ups, "_MAX_STEPS", MAX_STEPS)
    reports, found = set(), set()
    for seconds in SECONDS_PER_READING:
        clock = itertools.count(0.0, seconds)
        monkeypatch.setattr(runner_ups, "time", SimpleNamespace(monotonic=clock.__next__))
        search = runner_ups.find_runner_ups(inputs, result, None, lambda: False)
        assert not search.cut_short
        view = present_plan(inputs.roster, inputs.cycle, result, ENGLISH, search.sections)
        now = datetime(2027, 1, 1, tzinfo=UTC)
        reports.add(report_html(view, inputs.cycle, result, Organisation(), ENGLISH, now=now))
        found.add(len(search.sections))
    assert len(reports) == 1
    (number,) = found
    assert 0 < number < len(result.matches), (
        "the effort, not the number of matches, must have ended the search"
    )
