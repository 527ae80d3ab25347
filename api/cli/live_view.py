"""Shows the progress of a run as a live table on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from api.cli import facts
from api.cli.output import TEXTS, render
from api.cli.progress_texts import PHASES, elapsed_time
from coach.objective import ObjectiveLevel
from matching.facts.names import level_name_with_unit
from matching.progress import Progress, ReportProgress


@contextmanager
def live_view() -> Iterator[ReportProgress]:
    """Show a live table, and yield the reporter that updates it."""
    view = _LiveView()
    with Live(view, console=Console(), refresh_per_second=8, transient=True):
        yield view.show


class _LiveView:
    """A live view: phase, elapsed time and message, then one line per level."""

    def __init__(self) -> None:
        self._now: Progress | None = None
        self._levels: dict[ObjectiveLevel, Progress] = {}

    def show(self, progress: Progress) -> None:
        self._now = progress
        if progress.level is not None:
            self._levels[progress.level] = progress

    def __rich__(self) -> Group:
        if self._now is None:
            return Group()
        headers = map(render, (facts.LEVEL(), facts.BEST_VALUE(), facts.BOUND()))
        table = Table(*headers, box=None, header_style="dim", pad_edge=True)
        for level, progress in self._levels.items():
            numbers = map(_number, (progress.value, progress.bound))
            table.add_row(render(level_name_with_unit(level)), *numbers)
        phase, elapsed = PHASES[self._now.phase], elapsed_time(self._now)
        headline = f"{render(phase):<12} {elapsed:>8}  {render(self._now.message)}"
        return Group(Text(headline), table)


def _number(value: int | None) -> str:
    return "" if value is None else TEXTS.number(value)
