"""Prints which share of the code's lines the tests run: the total, and each file below a limit.

Usage: python -m tests.coverage .coverage.json

The report is slipcover's. It adds 7 to 33 % to the processor time of the tests (24 s became 25.6 s
for invitations, sessions and timetables, and 32 s for a part of the API), where the tracer of
coverage.py doubles it on Python 3.11.
What runs only in processes that tests start is not measured, and
neither are branches: `make mutants` says more about those.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import NamedTuple

FLOOR_PERCENT = 85.0
"""A little below what is measured: `make test` fails where the total is lower."""
LISTED_BELOW_PERCENT = 90.0


class FileCoverage(NamedTuple):
    """How many lines of a file can be run, and how many of them were."""

    path: str
    covered: int
    lines: int

    @property
    def percent(self) -> float:
        return 100.0 * self.covered / self.lines if self.lines else 100.0


def read(report: Path) -> list[FileCoverage]:
    """The files of a JSON report of slipcover."""
    files = json.loads(report.read_text("utf-8"))["files"]
    return [
        FileCoverage(path, len(one["executed_lines"]),
                     len(one["executed_lines"]) + len(one["missing_lines"]))
        for path, one in sorted(files.items())
    ]  # fmt: skip


def main(report: Path) -> int:
    """Print the report; 1 where the total is below the floor."""
    files = read(report)
    lines = sum(file.lines for file in files)
    total = FileCoverage("total", sum(file.covered for file in files), lines)
    for one in [*(file for file in files if file.percent < LISTED_BELOW_PERCENT), total]:
        print(f"{one.percent:6.1f} %  {one.covered:6} of {one.lines:6} lines  {one.path}")
    if total.percent >= FLOOR_PERCENT:
        return 0
    print(f"The tests have to run {FLOOR_PERCENT} % of the lines (FLOOR_PERCENT in {__file__}).")
    return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
