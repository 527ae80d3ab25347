"""A regional cycle: solving the sample from spreadsheets to results, and reading large lists."""

from __future__ import annotations

import csv
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from api.input_files.people_file import read_people
from coach.intake.columns import PeopleKind
from tests.bench.figures import Figure

DEMO_SECONDS = 5
READING_SECONDS = 3
ROWS = 12_000
RUNS = 3


def cycle_figures() -> Iterator[Figure]:
    """Yield the figures for a regional cycle."""
    with tempfile.TemporaryDirectory() as folder:
        yield _demo(Path(folder))
        yield _reading(Path(folder) / "coachees.csv")


def _median_seconds(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(RUNS):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return sorted(taken)[RUNS // 2]


def _command(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "api", *words], check=True, capture_output=True)


def _demo(folder: Path) -> Figure:
    seconds = _median_seconds(lambda: _command("demo", "--out", str(folder / "out")))
    floor = _median_seconds(lambda: _command("--help"))
    return Figure(
        "sample cycle with `gender-coach demo`, all files written",
        f"{seconds:.2f} s",
        f"under {DEMO_SECONDS} s",
        seconds < DEMO_SECONDS,
        f"{seconds / floor:.1f} x the same command's --help ({floor:.2f} s)",
    )


def _reading(path: Path) -> Figure:
    heads = (
        "id", "name", "email", "country", "languages", "availability", "unavailable", "sex",
        "service", "unit", "rank", "role", "rank_sensitivity", "priority", "topics",
    )  # fmt: skip
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(heads)
        for n in range(ROWS):
            writer.writerow((
                f"C-{n:05d}", f"Person {n}", f"person{n}@example.org",
                ("RS", "AL", "BA", "ME", "MK", "XK")[n % 6], "en:B2; " + ("sr", "sq")[n % 2],
                f"Mon {7 + n % 5:02d}:30-{12 + n % 4:02d}:00; Wed 09:00-12:{n % 60:02d}",
                f"2027-02-{1 + n % 28:02d}..2027-03-05", "FMX"[n % 3], "land", f"Unit {n % 400}",
                ("OF-5", "CIV~OF-6", "OF-4")[n % 3], "commander", "standard", str(1 + n % 9),
                "leadership; education",
            ))  # fmt: skip
    content = path.read_bytes()

    def bare() -> None:
        rows = list(csv.reader(content.decode("utf-8").splitlines()))
        assert len(rows) == ROWS + 1

    seconds = _median_seconds(lambda: read_people(path.name, content, PeopleKind.COACHEES))
    floor = _median_seconds(bare)
    return Figure(
        f"reading and validating {ROWS:,} rows of CSV",
        f"{seconds:.2f} s",
        f"under {READING_SECONDS} s",
        seconds < READING_SECONDS,
        f"{seconds / floor:.0f} x the bare csv module ({floor:.3f} s)",
    )
