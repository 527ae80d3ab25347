"""Damaged people files and cycle files, each of which must be read or rejected within a second.

A valid file is damaged in a few places and read together with intact files, in the same way as by
the commands and the server. Calendar files are not included; see
`tests/api/calendar/test_busy_times.py`.
"""

from __future__ import annotations

import os
import time
from concurrent.futures import ProcessPoolExecutor, as_completed

from tests.bench.figures import Figure
from tests.force.damaged_reading import Outcomes, read_damaged
from tests.force.measuring import SQLITE, command, seconds
from tests.forked import PROCESSES

TIMES = 1_000_000
MUST = "none uncaught, none over 1 s of processor time"
_AT_A_TIME = 500
_PRINT_EVERY = 20_000
_SHOWN = 5


def measure(times: int, database: str) -> Figure:
    """Read `times` damaged files, using one process per core; `database` is ignored.

    Ctrl+C ends the measurement early, with a figure for the files read so far.
    """
    del database
    started = time.monotonic()
    found = Outcomes()
    with ProcessPoolExecutor(os.cpu_count(), mp_context=PROCESSES) as pool:
        parts = [
            pool.submit(read_damaged, first, min(_AT_A_TIME, times - first))
            for first in range(0, times, _AT_A_TIME)
        ]
        try:
            for part in as_completed(parts):
                found.add(part.result())
                if found.read.total() % _PRINT_EVERY == 0:
                    _print_progress(
                        f"{found.read.total()} read: {_summary(found)} {seconds(started)}"
                    )
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
    for what, count in found.uncaught.most_common(_SHOWN):
        _print_progress(f"{count} x {what}")
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(found.read.items()))
    total = found.read.total()
    return Figure(
        f"{total} damaged files ({kinds})",
        f"{_summary(found)}; {found.refused} rejected, the others read, {seconds(started)}",
        MUST,
        not found.uncaught and not found.slow and 0 < found.refused < total,
    )


def _summary(found: Outcomes) -> str:
    return (
        f"{found.uncaught.total()} uncaught, {found.slow} over 1 s, longest {found.longest:.2f} s"
    )


def _print_progress(words: str) -> None:
    """Print progress and failures during the measurement."""
    print(f"    {words}", flush=True)  # noqa: T201 - progress output


if __name__ == "__main__":
    command("Damaged files", measure, TIMES, (SQLITE,))
