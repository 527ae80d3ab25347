"""`gender-coach match` with a time limit, for classes that the engine was not developed on.

Each class is solved at two or three sizes by the whole command, from files to files, with one
worker. Each result is audited by `gender-coach check`, in a process of its own.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from coach.cycle import Cycle
from coach.people import Roster
from tests.bench.commands import run_command
from tests.bench.figures import Figure
from tests.bench.list_files import write_instance
from tests.bench.unseen_classes import CLASSES, UnseenClass, after_leaving

LIMIT_SECONDS = 60
_TOLERANCE = 1.1
_KILLED_AFTER_SECONDS = 3 * LIMIT_SECONDS
_SEED = 1


def unseen_figures() -> Iterator[Figure]:
    """Yield a figure for each size of each class."""
    for shape in CLASSES:
        for coachees, coaches in shape.sizes:
            with tempfile.TemporaryDirectory() as folder:
                yield from _size(shape, coachees, coaches, Path(folder))


def _size(shape: UnseenClass, coachees: int, coaches: int, folder: Path) -> Iterator[Figure]:
    name = f"{shape.name}, {coachees:,} x {coaches}"
    roster, cycle = shape.generate(coachees, coaches, _SEED)
    first = folder / "first"
    yield _match(name, roster, cycle, first)
    if shape.leaving and (first / "out").exists():
        middle = cycle.cycle.days[len(cycle.cycle.days) // 2]
        options = ("--keep", str(first / "out" / "result.json"), "--not-before", str(middle))
        rest = after_leaving(roster, _SEED)
        yield _match(f"{name}: re-match half-way", rest, cycle, folder / "second", *options)


def _match(name: str, roster: Roster, cycle: Cycle, folder: Path, *options: str) -> Figure:
    folder.mkdir()
    policy, coachees, coaches = write_instance(roster, cycle, folder)
    out = folder / "out"
    run = run_command(
        *("match", str(policy), "--coachees", str(coachees), "--coaches", str(coaches)),
        *("--out", str(out), "--workers", "1", "--time-limit", str(LIMIT_SECONDS), "--quiet"),
        *options,
        killed_after=_KILLED_AFTER_SECONDS,
    )
    required = f"all levels but `schedule` proven, ends within {_TOLERANCE * LIMIT_SECONDS:.0f} s"
    spent = (
        f"{run.processor:.1f} s of processor time in {run.passed:.0f} s, {run.mebibytes:,.0f} MiB"
    )
    if not run.ended:
        return Figure(name, f"{spent}; no result, stopped", required, is_met=False)
    run_command("check", str(out))
    result = json.loads((out / "result.json").read_text(encoding="utf-8"))
    levels = "; ".join(map(_level, result["levels"]))
    return Figure(
        name,
        f"{spent}; {len(result['matches']):,} matches; {levels}",
        required,
        result["status"] == "optimal" and run.passed <= _TOLERANCE * LIMIT_SECONDS,
    )


def _level(level: dict[str, object]) -> str:
    bound = "" if level["proven"] else f", bound {level['bound']:,}"
    return f"{level['name']} {level['value']:,}{bound}"
