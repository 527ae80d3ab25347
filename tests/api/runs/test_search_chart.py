"""A run's small charts, drawn from its progress reports."""

from __future__ import annotations

from api.runs.search_chart import level_charts
from coach.objective import ObjectiveLevel
from matching.progress import Phase, Progress
from tests.texts import ENGLISH


def _report(seconds: float, level: str | None, value: int | None, bound: int | None) -> Progress:
    return Progress(
        phase=Phase.MATCHING,
        level=None if level is None else ObjectiveLevel(level),
        value=value,
        bound=bound,
        elapsed_seconds=seconds,
        message="",
    )


def test_each_level_has_lines_of_steps_between_its_first_and_its_last_report() -> None:
    reports = [
        _report(0.0, None, None, None),
        _report(1.0, "placed", 5, 9),
        _report(2.0, "placed", 9, 9),
        _report(2.0, "total", None, None),
        _report(4.0, "total", 800, 1000),
        _report(6.0, "total", 900, 950),
    ]
    placed, total = level_charts(reports)
    assert placed.values == "0.0,94.0 100.0,94.0 100.0,6.0 100.0,6.0"
    assert placed.bounds == "0.0,6.0 100.0,6.0 100.0,6.0 100.0,6.0"
    assert ENGLISH.text(placed.words) == "9, which is the best possible"
    assert total.values == "50.0,94.0 100.0,94.0 100.0,50.0 100.0,50.0"
    assert ENGLISH.text(total.words) == "900 found, at best 950"


def test_a_level_without_value_has_no_line() -> None:
    reports = [_report(seconds, "worst", None, 70) for seconds in (1.0, 2.0)]
    (chart,) = level_charts(reports)
    assert (chart.values, chart.bounds) == ("", "0.0,50.0 100.0,50.0 100.0,50.0 100.0,50.0")
    (short,) = level_charts(reports[:1])
    assert short.bounds == ""
    assert ENGLISH.text(chart.words) == "nothing found yet"
