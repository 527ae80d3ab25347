"""The complete `gender-coach match` command, from input to output files, and pair evaluation.

All figures are processor seconds, with one worker, so that other processes hardly affect them.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from matching.instance.availability_grid import build_availability_grid
from matching.instance.problem import build_problem
from matching.rules import RuleInputs
from matching.rules.evaluation import RuleEvaluator
from tests.bench.commands import run_command
from tests.bench.figures import Figure
from tests.bench.instances import REGION, UN_WIDE, WORLD, InstanceClass, instance
from tests.bench.list_files import write_instance

COMMANDS = (
    ("a region, 60 x 25", REGION, 1.5),
    ("UN-wide, 1,200 x 400", UN_WIDE, 15.0),
    ("five continents, 1,200 x 400", WORLD, 40.0),
)
DEMO_SECONDS = 1.5
JUDGING_SECONDS = 4.0


def command_figures() -> Iterator[Figure]:
    """Yield figures on the evaluation of all pairs, the sample cycle, and larger cycles."""
    for name, shape in (("UN-wide", UN_WIDE), ("five continents", WORLD)):
        yield _judging(name, shape)
    with tempfile.TemporaryDirectory() as folder:
        run_command("demo", "--out", str(Path(folder, "compiling")))
        yield _demo(Path(folder, "demo"))
        for name, shape, limit in COMMANDS:
            yield _command(name, shape, limit, Path(folder))


def _judging(name: str, shape: InstanceClass) -> Figure:
    roster, cycle = instance(shape, 1)
    started = time.process_time()
    free = build_availability_grid(roster, cycle)
    eligible = RuleEvaluator(RuleInputs(roster, cycle, free)).table()
    problem = build_problem(roster, cycle, free, eligible)
    seconds = time.process_time() - started
    return Figure(
        f"{name}, {shape.coachees:,} x {shape.coaches}: evaluating all pairs",
        f"{seconds:.2f} s; {problem.size:,} pairs pass the rules and can meet",
        f"under {JUDGING_SECONDS:g} s",
        seconds < JUDGING_SECONDS,
    )


def _demo(out: Path) -> Figure:
    seconds = run_command("demo", "--out", str(out)).processor
    measured = f"{seconds:.2f} s"
    return Figure("`demo`", measured, f"under {DEMO_SECONDS:g} s", seconds < DEMO_SECONDS)


def _command(name: str, shape: InstanceClass, limit: float, folder: Path) -> Figure:
    cycle, coachees, coaches = write_instance(*instance(shape, 1), folder)
    out = folder / f"out-{shape.coachees}-{limit:g}"
    run = run_command(
        *("match", str(cycle), "--coachees", str(coachees), "--coaches", str(coaches)),
        *("--out", str(out), "--workers", "1", "--quiet"),
    )
    files = sum(1 for path in out.rglob("*") if path.is_file())
    return Figure(
        f"{name}: `match` with all files",
        f"{run.processor:.2f} s, {files:,} files",
        f"under {limit:g} s",
        run.processor < limit,
    )
