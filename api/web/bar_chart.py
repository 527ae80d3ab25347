"""A chart of horizontal bars for `web/charts.html`, whose widths are percentages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coach.texts.facts import Displayed

ROW_HEIGHT = 44
_LABEL_HEIGHT, _FULL = 20, 100.0


@dataclass(frozen=True, slots=True)
class BarValue:
    """A bar: its label, the amount it shows, and the part of the amount that is hatched."""

    label: Displayed
    amount: int
    hatched: int = 0


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a chart: the top of its row, and the width of its two parts in percent."""

    y: int
    label: Displayed
    solid: float
    hatched: float


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars below each other. The longest is as wide as the chart."""

    height: int
    label_height: int
    bars: tuple[Bar, ...]


def build_bar_chart(values: Sequence[BarValue]) -> BarChart:
    """Build a chart with a bar for each value, in the given order."""
    longest = max((one.amount for one in values), default=0) or 1
    return BarChart(
        height=len(values) * ROW_HEIGHT,
        label_height=_LABEL_HEIGHT,
        bars=tuple(
            Bar(
                y=number * ROW_HEIGHT,
                label=one.label,
                solid=round(_FULL * (one.amount - one.hatched) / longest, 2),
                hatched=round(_FULL * one.hatched / longest, 2),
            )
            for number, one in enumerate(values)
        ),
    )
