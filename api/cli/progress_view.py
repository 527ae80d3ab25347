"""Shows the progress of a run: as a live table on a terminal, otherwise as plain lines."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from api.cli.output import render
from api.cli.progress_texts import PHASES, elapsed_time
from matching.progress import Progress, ReportProgress


@contextmanager
def progress_reporter(*, quiet: bool) -> Iterator[ReportProgress]:
    """Yield a progress reporter that suits standard output; it prints nothing if `quiet`."""
    if quiet:
        yield lambda _progress: None
    elif sys.stdout.isatty():
        from api.cli.live_view import live_view  # noqa: PLC0415 - rich takes time to import

        with live_view() as show:
            yield show
    else:
        yield _Lines().show


class _Lines:
    """Prints a line whenever the phase, level, value, bound or message changes."""

    def __init__(self) -> None:
        self._last: tuple[object, ...] = ()

    def show(self, progress: Progress) -> None:
        now = (progress.phase, progress.level, progress.value, progress.bound, progress.message)
        if now != self._last:
            self._last = now
            phase, elapsed = render(PHASES[progress.phase]), elapsed_time(progress)
            print(f"{elapsed:>9}  {phase:<12} {render(progress.message)}", flush=True)  # noqa: T201 - the output of the command
