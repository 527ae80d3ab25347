"""Compares the assignment with other packages, each installed into a new environment.

Separate environments are necessary because two of these packages are imported as `matching`, like
the engine. None of the packages schedules sessions, so only the assignment is compared.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from matching.assignment.min_cost_flow import solve_flow
from matching.instance.availability_grid import AvailabilityGrid
from matching.instance.problem import MatchingProblem
from matching.instance.series_limits import SeriesLimits
from tests.bench.figures import Figure

COACHEES, COACHES, SEED = 1_000, 500, 1
COACHES_A_COACHEE = (2, 30)  # eligible coaches for each coachee
MOST_CAPACITY = 3
MOST_POINTS = 1_500
MOST_SECONDS = 600
SLOWER = "slower, no more placed"
PROGRAMS = Path(__file__).parent / "peer_programs"


@dataclass(frozen=True)
class Peer:
    """A package, its pinned requirement, and the program that calls it."""

    name: str
    requirement: str
    program: str


PEERS = (
    Peer("mentor-match 7.0.1", "mentor-match==7.0.1", "mentor_match.py"),
    Peer("fairpyx 0.1, utilitarian", "fairpyx==0.1", "fairpyx_utilitarian.py"),
    Peer("matching 1.4.3, hospital-resident", "matching==1.4.3", "matching_stable.py"),
)


@dataclass(frozen=True)
class Answer:
    """The result of a method: coachees placed, total points, and running time in seconds."""

    seconds: float
    placed: int
    total: int


def peer_figures() -> Iterator[Figure]:
    """Yield the figures of this engine and of the other packages, on the same pairs."""
    capacity, pairs = _instance()
    ours = _ours(capacity, pairs)
    yield Figure(
        f"assignment only, {COACHEES} x {COACHES}, {len(pairs):,} pairs: this engine's flow",
        f"{ours.seconds:.3f} s, {ours.placed} placed, {ours.total:,} points",
    )
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "pairs.json"
        content = {"coachees": COACHEES, "capacity": capacity, "pairs": pairs}
        data.write_text(json.dumps(content), encoding="utf-8")
        for peer in PEERS:
            yield _measure_peer(peer, data, Path(folder), ours)


def _instance() -> tuple[list[int], list[tuple[int, int, int]]]:
    """Return each coach's capacity, and (coachee, coach, points) for each eligible pair."""
    draw = random.Random(SEED)
    capacity = [draw.randint(1, MOST_CAPACITY) for _ in range(COACHES)]
    popularity = [draw.random() ** 2 for _ in range(COACHES)]  # few coaches are popular
    pairs = []
    for coachee in range(COACHEES):
        options = set(draw.choices(range(COACHES), popularity, k=draw.randint(*COACHES_A_COACHEE)))
        pairs += [(coachee, coach, draw.randint(1, MOST_POINTS)) for coach in sorted(options)]
    return capacity, pairs


def _ours(capacity: list[int], pairs: list[tuple[int, int, int]]) -> Answer:
    coachee, coach, points = np.array(pairs, dtype=np.int64).T
    nobody = np.zeros(len(pairs), dtype=np.bool_)
    nothing = np.zeros(0, dtype=np.int64)
    started = time.perf_counter()
    problem = MatchingProblem(
        priority=np.ones(COACHEES, dtype=np.int64),
        capacity=np.array(capacity, dtype=np.int64),
        coachee=coachee,
        coach=coach,
        points=points,
        kept=nobody,
        repeated=nobody,
        cross=nobody,
        pinned=nobody,
        share=Fraction(0),
        limits=SeriesLimits(1, 60, 1, 1, 0, nothing, nothing),
        free=AvailabilityGrid(
            nothing, nothing.astype(np.int32), nothing.astype(np.int32), *_no_bits()
        ),
    )
    most = MOST_POINTS * COACHEES + 1
    flow = solve_flow(problem, np.arange(len(pairs)), most + points)
    seconds = time.perf_counter() - started
    return Answer(seconds, len(flow.choice), int(points[flow.choice].sum()))


def _no_bits() -> tuple[np.ndarray, np.ndarray]:
    return np.zeros((COACHEES, 0), dtype=np.uint64), np.zeros((COACHES, 0), dtype=np.uint64)


def _measure_peer(peer: Peer, data: Path, folder: Path, ours: Answer) -> Figure:
    what = f"the same pairs: {peer.name}"
    home = folder / peer.program.removesuffix(".py")
    venv.create(home, with_pip=True)
    python = str(home / "bin" / "python")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    installed = subprocess.run(
        [*pip, peer.requirement], capture_output=True, text=True, check=False
    )
    if installed.returncode:
        why = installed.stderr.strip().splitlines()[-1]
        return Figure(what, f"could not be installed: {why}")
    try:
        ran = subprocess.run(
            [python, "-I", str(PROGRAMS / peer.program), str(data)],
            cwd=folder,
            env={"PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            timeout=MOST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Figure(what, f"no result in {MOST_SECONDS} s", SLOWER)
    if ran.returncode:
        return Figure(what, f"failed: {ran.stderr.strip().splitlines()[-1]}", SLOWER)
    theirs = Answer(**json.loads(ran.stdout.splitlines()[-1]))
    is_slower = ours.seconds < theirs.seconds and ours.placed >= theirs.placed
    return Figure(
        what,
        f"{theirs.seconds:.2f} s, {theirs.placed} placed, {theirs.total:,} points",
        SLOWER,
        is_slower,
        f"{theirs.seconds / ours.seconds:,.0f} x our time, {theirs.placed - ours.placed:+d} placed",
    )


if __name__ == "__main__":
    from tests.bench.figures import show

    sys.exit(0 if show("Assignment compared with other packages", peer_figures()) else 1)
