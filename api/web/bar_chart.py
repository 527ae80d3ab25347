"""A horizontal bar chart for `web/charts.html`, with bar widths in percent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coach.texts.facts import Displayed

_FULL = 100.0


@dataclass(frozen=True, slots=True)
class BarValue:
    """A bar: its label, its amount, and the part of the amount that is hatched."""

    label: Displayed
    amount: int
    hatched: int = 0


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar in a chart, with its label and the widths of its two parts in percent."""

    label: Displayed
    solid: float
    hatched: float


def build_bar_chart(values: Sequence[BarValue]) -> tuple[Bar, ...]:
    """Return a bar for each value, in the given order. The longest bar is as wide as the chart."""
    longest = max((one.amount for one in values), default=0) or 1
    return tuple(
        Bar(
            label=one.label,
            solid=round(_FULL * (one.amount - one.hatched) / longest, 2),
            hatched=round(_FULL * one.hatched / longest, 2),
        )
        for one in values
    )
