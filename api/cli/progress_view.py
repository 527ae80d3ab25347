"""Shows the progress of a run: as a live table on a terminal, otherwise as plain lines."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from matching.progress import Progress, ReportProgress


@contextmanager
def progress_reporter(*, quiet: bool) -> Iterator[ReportProgress]:
    """Yield a progress reporter that suits standard output; it prints nothing if `quiet`."""
    if quiet:
        yield lambda _progress: None
    elif sys.stdout.isatty():
        view = _LiveView()
        with Live(view, console=Console(), refresh_per_second=8, transient=True):
            yield view.show
    else:
        yield _Lines().show


class _LiveView:
    """A live view: phase, elapsed time and message, then one line per level."""

    def __init__(self) -> None:
        self._now: Progress | None = None
        self._levels: dict[str, Progress] = {}

    def show(self, progress: Progress) -> None:
        self._now = progress
        if progress.level is not None:
            self._levels[progress.level.value] = progress

    def __rich__(self) -> Group:
        if self._now is None:
            return Group()
        headline = f"{self._now.phase.value:<12} {self._now.elapsed_seconds:6.1f} s  "
        table = Table("level", "best value", "bound", box=None, header_style="dim", pad_edge=True)
        for name, progress in self._levels.items():
            table.add_row(name, _number(progress.value), _number(progress.bound))
        return Group(Text(headline + self._now.message), table)


class _Lines:
    """Prints a line whenever phase, level, value, bound or message change."""

    def __init__(self) -> None:
        self._last: tuple[object, ...] = ()

    def show(self, progress: Progress) -> None:
        now = (progress.phase, progress.level, progress.value, progress.bound, progress.message)
        if now != self._last:
            self._last = now
            seconds = f"{progress.elapsed_seconds:7.1f} s"
            print(f"{seconds}  {progress.phase.value:<12} {progress.message}", flush=True)  # noqa: T201 - the output of the command


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"
