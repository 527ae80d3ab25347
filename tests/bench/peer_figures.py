"""Compares the assignment with other solvers and packages, on the same pairs in one run.

Each method runs in a separate process, which reads the pairs from a file, chooses, and writes its
choice. The floor is the time of a single min-cost flow of OR-Tools. Packages are installed into new
environments, because two of them are imported as `matching`, like the engine. None of them
schedules sessions, so only the assignment is compared.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.figures import Figure

SIZES = ((200, 200), (1_000, 250), (3_000, 750))
SEED = 1
COACHES_A_COACHEE = (2, 30)  # eligible coaches for each coachee
MOST_CAPACITY = 5
MOST_POINTS = 1_500
MOST_SECONDS = 60
MOST_TIMES_FLOOR = 3.0
ROOT = Path(__file__).parents[2]
PROGRAMS = Path(__file__).parent / "peer_programs"


@dataclass(frozen=True)
class Method:
    """A method, its program, and its pinned requirement if it needs a separate environment."""

    name: str
    program: str
    requirement: str = ""


FLOOR = Method("one flow of OR-Tools: the floor", "ortools_flow.py")
ENGINE = Method("this engine's assignment", "engine_flow.py")
PEERS = (
    Method("HiGHS, linear program", "highs_lp.py"),
    Method("CP-SAT", "cp_sat.py"),
    Method("mentor-match 7.0.1, up to three rounds", "mentor_match.py", "mentor-match==7.0.1"),
    Method("fairpyx 0.1, utilitarian", "fairpyx_utilitarian.py", "fairpyx==0.1"),
    Method("matching 1.4.3, hospital-resident", "matching_stable.py", "matching==1.4.3"),
)


@dataclass(frozen=True)
class Answer:
    """The result of a method: coachees placed, total points, and seconds from file to file."""

    seconds: float
    placed: int
    total: int

    def __str__(self) -> str:
        return f"{self.seconds:.3f} s, {self.placed} placed, {self.total:,} points"


def peer_figures() -> Iterator[Figure]:
    """Yield the figures of all methods for each size."""
    with tempfile.TemporaryDirectory() as folder:
        interpreters = {method: _interpreter(method, Path(folder)) for method in PEERS}
        for size in SIZES:
            yield from _figures_of_size(size, interpreters, Path(folder, "pairs.json"))


def _figures_of_size(
    size: tuple[int, int], interpreters: dict[Method, str], data: Path
) -> Iterator[Figure]:
    content = _instance(*size)
    data.write_text(json.dumps(content), encoding="utf-8")
    where = f"{size[0]:,} x {size[1]:,}, {len(content['pairs']):,} pairs"
    floor, ours = (_required(method, data) for method in (FLOOR, ENGINE))
    yield Figure(f"{where}: {FLOOR.name}", str(floor))
    times = ours.seconds / floor.seconds
    yield Figure(
        f"{where}: {ENGINE.name}",
        str(ours),
        f"the optimum, within {MOST_TIMES_FLOOR:g} x the floor",
        (ours.placed, ours.total) == (floor.placed, floor.total) and times <= MOST_TIMES_FLOOR,
        f"{times:.1f} x the floor",
    )
    for method in PEERS:
        theirs = _answer(method, interpreters[method], data)
        compared = _compared(theirs, floor, ours) if isinstance(theirs, Answer) else ""
        yield Figure(f"{where}: {method.name}", str(theirs), comparison=compared)


def _compared(theirs: Answer, floor: Answer, ours: Answer) -> str:
    return (
        f"{theirs.seconds / floor.seconds:,.1f} x the floor, "
        f"{theirs.seconds / ours.seconds:,.1f} x our time, {theirs.placed - ours.placed:+d} placed"
    )


def _instance(coachees: int, coaches: int) -> dict[str, object]:
    """Return each coach's capacity, and (coachee, coach, points) for each eligible pair."""
    draw = random.Random(SEED)
    capacity = [draw.randint(1, MOST_CAPACITY) for _ in range(coaches)]
    popularity = [draw.random() ** 2 for _ in range(coaches)]  # few coaches are popular
    pairs = []
    for coachee in range(coachees):
        options = set(draw.choices(range(coaches), popularity, k=draw.randint(*COACHES_A_COACHEE)))
        pairs += [(coachee, coach, draw.randint(1, MOST_POINTS)) for coach in sorted(options)]
    return {"coachees": coachees, "capacity": capacity, "pairs": pairs}


def _interpreter(method: Method, folder: Path) -> str:
    """Return the Python executable for a method; if the installation fails, so will the run."""
    if not method.requirement:
        return sys.executable
    home = folder / method.program.removesuffix(".py")
    venv.create(home, with_pip=True)
    python = str(home / "bin" / "python")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, method.requirement], capture_output=True, text=True, check=False)
    return python


def _required(method: Method, data: Path) -> Answer:
    answer = _answer(method, sys.executable, data)
    if isinstance(answer, str):
        raise RuntimeError(f"{method.name}: {answer}")  # noqa: TRY004 - the program failed
    return answer


def _answer(method: Method, python: str, data: Path) -> Answer | str:
    """Return the answer of a method, or the reason why there is none."""
    program, chosen = PROGRAMS / method.program, data.with_name("chosen.json")
    env = {"PATH": os.environ["PATH"]}
    if not method.requirement:
        env["PYTHONPATH"] = str(ROOT)
    try:
        ran = subprocess.run(
            [python, str(program), str(data), str(chosen)],
            cwd=data.parent,
            env=env,
            capture_output=True,
            text=True,
            timeout=MOST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"no result in {MOST_SECONDS} s"
    if ran.returncode:
        return f"failed: {(ran.stderr.strip().splitlines() or ['?'])[-1]}"
    return Answer(**json.loads(ran.stdout.splitlines()[-1]))


if __name__ == "__main__":
    from tests.bench.figures import show

    sys.exit(0 if show("Assignment compared with other packages", peer_figures()) else 1)
