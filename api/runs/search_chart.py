"""Small charts of each level's value and bound over the course of a run.

Lengths are percentages of a chart's width and height, so the charts fit any screen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from api.results.plan_view import LEVEL_LABELS
from api.runs import facts
from coach.objective import ObjectiveLevel
from coach.texts.facts import Displayed
from matching.progress import Progress

_FULL, _MARGIN = 100.0, 6.0


@dataclass(frozen=True, slots=True)
class LevelChart:
    """A level's chart: its name, a description of the outcome, and the points of two lines.

    A line is empty if the search has no value or bound yet, or if the level took no time.
    """

    name: Displayed
    words: Displayed
    values: str
    bounds: str


def level_charts(reports: Iterable[Progress]) -> tuple[LevelChart, ...]:
    """Return a chart for each level with progress reports, in the order of the search."""
    by_level: dict[ObjectiveLevel, list[Progress]] = {}
    for report in reports:
        if report.level is not None:
            by_level.setdefault(report.level, []).append(report)
    return tuple(_chart(level, found) for level, found in by_level.items())


def _chart(level: ObjectiveLevel, reports: Sequence[Progress]) -> LevelChart:
    values = [(one.elapsed_seconds, one.value) for one in reports if one.value is not None]
    bounds = [(one.elapsed_seconds, one.bound) for one in reports if one.bound is not None]
    times = reports[0].elapsed_seconds, reports[-1].elapsed_seconds
    amounts = [amount for _, amount in (*values, *bounds)]
    scale = (min(amounts, default=0), max(amounts, default=0))
    return LevelChart(
        name=LEVEL_LABELS[level],
        words=_words(values, bounds),
        values=_points(values, times, scale),
        bounds=_points(bounds, times, scale),
    )


def _words(values: Sequence[tuple[float, int]], bounds: Sequence[tuple[float, int]]) -> Displayed:
    if not values:
        return facts.NOTHING_FOUND()
    value = values[-1][1]
    if not bounds:
        return facts.FOUND(value=value)
    bound = bounds[-1][1]
    return (
        facts.FOUND_BEST(value=value)
        if value == bound
        else facts.FOUND_AND_BOUND(value=value, bound=bound)
    )


def _points(
    found: Sequence[tuple[float, int]], times: tuple[float, float], scale: tuple[int, int]
) -> str:
    """Return the corners of a step line, in which each amount stays the same until the next."""
    if times[0] == times[1]:
        return ""
    corners: list[tuple[float, float]] = []
    for at, amount in found:
        x, y = _part(at, times) * _FULL, _height(amount, scale)
        if corners:
            corners.append((x, corners[-1][1]))
        corners.append((x, y))
    if corners:
        corners.append((_FULL, corners[-1][1]))
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)


def _height(amount: int, scale: tuple[int, int]) -> float:
    inner = _FULL - 2 * _MARGIN
    return _FULL - _MARGIN - inner * _part(amount, scale)


def _part(amount: float, limits: tuple[float, float]) -> float:
    low, high = limits
    return 0.5 if high == low else (amount - low) / (high - low)
