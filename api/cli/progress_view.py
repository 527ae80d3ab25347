"""Shows the progress of a run: as a live table on a terminal, otherwise as plain lines."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from api.cli import facts
from api.cli.output import TEXTS, render
from coach.cycle import ObjectiveLevel
from matching.facts.names import level_name
from matching.progress import Phase, Progress, ReportProgress

_PHASES = {
    Phase.JUDGING: facts.JUDGING(),
    Phase.MATCHING: facts.MATCHING(),
    Phase.TIMETABLING: facts.TIMETABLING(),
    Phase.EXPLAINING: facts.EXPLAINING(),
    Phase.AUDITING: facts.AUDITING(),
    Phase.DONE: facts.DONE(),
}


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
            table.add_row(render(level_name(level)), *numbers)
        phase, elapsed = _PHASES[self._now.phase], _elapsed(self._now)
        headline = f"{render(phase):<12} {elapsed:>8}  {render(self._now.message)}"
        return Group(Text(headline), table)


class _Lines:
    """Prints a line whenever phase, level, value, bound or message change."""

    def __init__(self) -> None:
        self._last: tuple[object, ...] = ()

    def show(self, progress: Progress) -> None:
        now = (progress.phase, progress.level, progress.value, progress.bound, progress.message)
        if now != self._last:
            self._last = now
            phase, elapsed = render(_PHASES[progress.phase]), _elapsed(progress)
            print(f"{elapsed:>9}  {phase:<12} {render(progress.message)}", flush=True)  # noqa: T201 - the output of the command


def _elapsed(progress: Progress) -> str:
    return render(facts.ELAPSED(seconds=progress.elapsed_seconds))


def _number(value: int | None) -> str:
    return "" if value is None else TEXTS.number(value)
