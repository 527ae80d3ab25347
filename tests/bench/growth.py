"""Plots the time and memory of four classes at 1, 2, 4 and 8 times their smallest size.

Each size is solved in a separate process, so that its peak memory can be measured. Times are
processor seconds of one worker until all levels but `schedule` are proven, or until the end of the
run.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from markupsafe import escape

from coach.cycle import Cycle
from coach.objective import ObjectiveLevel
from coach.people import Roster
from matching.engine import SolveOptions
from matching.progress import Progress
from tests.bench.figures import machine, peak_mebibytes
from tests.bench.instances import TIGHT, UN_WIDE, WORLD, InstanceClass, identical_people, instance
from tests.bench.solving import require_sound, solved

FACTORS = (1, 2, 4, 8)
PICTURE = Path(__file__).parents[2] / "docs" / "pictures" / "growth.svg"
_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 860, 420, 64, 56, 60


@dataclass(frozen=True)
class GrowingClass:
    """A class of instances, its smallest size, and how it is drawn."""

    name: str
    coachees: int
    coaches: int
    generate: Callable[[int, int], tuple[Roster, Cycle]]
    colour: str
    dashes: str

    def size(self, factor: int) -> str:
        """Return the number of people at a multiple of the smallest size."""
        return f"{self.coachees * factor:,} x {self.coaches * factor:,}"


def _of_class(shape: InstanceClass) -> Callable[[int, int], tuple[Roster, Cycle]]:
    return lambda coachees, coaches: instance(
        replace(shape, coachees=coachees, coaches=coaches), seed=1
    )


CLASSES = (
    GrowingClass("tight", 75, 20, _of_class(TIGHT), "#9c2a10", ""),
    GrowingClass("dense (UN-wide)", 300, 100, _of_class(UN_WIDE), "#17596b", "9 4"),
    GrowingClass("five continents", 300, 100, _of_class(WORLD), "#6a4c93", "2 4"),
    GrowingClass("identical people", 60, 20, identical_people, "#4a6b17", "12 4 2 4"),
)


@dataclass(frozen=True)
class Size:
    """A measurement of one size.

    Attributes:
        seconds: processor seconds until all levels but `schedule` were proven, or the run ended.
        mebibytes: peak memory.
        proven: whether all levels but `schedule` were proven.
    """

    factor: int
    seconds: float
    mebibytes: float
    proven: bool


def measure(growing: GrowingClass, factor: int) -> Size:
    """Solve, audit and measure one size in this process."""
    roster, cycle = growing.generate(growing.coachees * factor, growing.coaches * factor)
    decided: list[float] = []
    started = time.process_time()

    def record(progress: Progress) -> None:
        if progress.level is ObjectiveLevel.TOTAL and progress.value == progress.bound:
            decided.append(time.process_time() - started)

    result, _ = solved(roster, cycle, SolveOptions(explain=False), report=record)
    ended = time.process_time() - started
    memory = peak_mebibytes()
    require_sound(roster, cycle, result)
    levels = [one for one in result.levels if one.name is not ObjectiveLevel.SCHEDULE]
    proven = all(one.proven for one in levels)
    return Size(factor, decided[0] if proven and decided else ended, memory, proven)


def _measure_in_subprocess(growing: GrowingClass, factor: int) -> Size:
    words = [sys.executable, "-m", "tests.bench.growth", growing.name, str(factor)]
    answer = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    return Size(**json.loads(answer))


@dataclass(frozen=True)
class Panel:
    """One of the two charts: its title, its values, their format, and its left edge."""

    title: str
    value_of: Callable[[Size], float]
    form: str
    left: int


PANELS = (
    Panel("Processor time until proven, by size", lambda size: size.seconds, "{:.1f} s", 0),
    Panel("Peak memory, by size", lambda size: size.mebibytes, "{:,.0f} MiB", _WIDTH // 2),
)


def draw(measured: dict[GrowingClass, list[Size]]) -> str:
    """Return an SVG with all curves on logarithmic axes, where a power law is a straight line."""
    title = "Growth of four classes of instances"
    body = "\n".join(line for panel in PANELS for line in _panel(panel, measured))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'font-family="sans-serif" font-size="13">\n<title>{escape(title)}</title>\n'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>\n'
        f'<text x="16" y="24" font-size="15" font-weight="bold">{escape(title)}</text>\n'
        f'{body}\n<text x="16" y="{_HEIGHT - 10}" font-size="11" fill="#555">'
        f"{escape(machine())}</text>\n</svg>\n"
    )


def _panel(panel: Panel, measured: dict[GrowingClass, list[Size]]) -> Iterator[str]:
    width, height = _WIDTH // 2 - _LEFT - 24, _HEIGHT - _TOP - _BOTTOM - 110
    foot, left = _TOP + 20 + height, panel.left + _LEFT
    every = [panel.value_of(size) for sizes in measured.values() for size in sizes]
    low, high = min(every) * 0.7, max(every) * 1.4

    def place(size: Size) -> tuple[float, float]:
        across = math.log(size.factor) / math.log(FACTORS[-1])
        up = math.log(panel.value_of(size) / low) / math.log(high / low)
        return left + across * width, _TOP + 20 + (1 - up) * height

    yield f'<text x="{panel.left + 16}" y="{_TOP}" fill="#222">{panel.title}</text>'
    yield (
        f'<polyline points="{left},{_TOP + 12} {left},{foot} {left + width},{foot}" '
        f'fill="none" stroke="#999"/>'
    )
    for exponent in range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1):
        y = _TOP + 20 + (1 - math.log(10**exponent / low) / math.log(high / low)) * height
        yield f'<path d="M{left} {y:.1f}h{width}" stroke="#ddd"/>'
        yield (
            f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end" font-size="11">'
            f"{10**exponent:,g}</text>"
        )
    for factor in FACTORS:
        x = left + math.log(factor) / math.log(FACTORS[-1]) * width
        yield f'<text x="{x:.1f}" y="{foot + 18}" text-anchor="middle">{factor} x</text>'
    for number, (growing, sizes) in enumerate(measured.items()):
        points = [place(size) for size in sizes]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        stroke = f'stroke="{growing.colour}" stroke-width="2" stroke-dasharray="{growing.dashes}"'
        yield f'<polyline points="{line}" fill="none" {stroke}/>'
        for size, (x, y) in zip(sizes, points, strict=True):
            fill = growing.colour if size.proven else "#fff"
            yield (
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{fill}" '
                f'stroke="{growing.colour}" stroke-width="2"/>'
            )
        y = foot + 42 + 18 * number
        yield f'<path d="M{panel.left + 16} {y - 4}h40" fill="none" {stroke}/>'
        text = f"{growing.name}: {_ends(panel, sizes)}"
        yield f'<text x="{panel.left + 66}" y="{y}">{escape(text)}</text>'


def _ends(panel: Panel, sizes: Sequence[Size]) -> str:
    """Return the first and last values, and the exponent of their growth with the size."""
    first, last = panel.value_of(sizes[0]), panel.value_of(sizes[-1])
    power = math.log(last / first) / math.log(sizes[-1].factor / sizes[0].factor)
    span = f"{panel.form.format(first)} to {panel.form.format(last)}"
    return f"{span}, power {power:.2f}"


def main() -> int:
    """Measure all sizes and write the picture, or measure the given size and print it as JSON."""
    if len(sys.argv) > 1:
        (growing,) = (one for one in CLASSES if one.name == sys.argv[1])
        print(json.dumps(asdict(measure(growing, int(sys.argv[2])))))
        return 0
    measured: dict[GrowingClass, list[Size]] = {}
    for growing in CLASSES:
        sizes = measured[growing] = []
        for factor in FACTORS:
            size = _measure_in_subprocess(growing, factor)
            sizes.append(size)
            print(
                f"  {growing.name}, {growing.size(factor)}: {size.seconds:.1f} s, "
                f"{size.mebibytes:,.0f} MiB, {'proven' if size.proven else 'NOT PROVEN'}",
                flush=True,
            )
    PICTURE.write_text(draw(measured), encoding="utf-8")
    print(f"  written to {PICTURE.relative_to(Path.cwd())}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
