"""Plots time and memory for 1, 2, 4 and 8 times the size into `docs/pictures`.

Each size is solved in a separate process, so that its peak memory can be measured.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from markupsafe import escape

from matching.engine import SolveOptions
from tests.bench.figures import machine, peak_mebibytes
from tests.bench.instances import UN_WIDE, instance
from tests.bench.solving import solved

FACTORS = (1, 2, 4, 8)
COACHEES, COACHES = 300, 100
PICTURE = Path(__file__).parents[2] / "docs" / "pictures" / "growth.svg"
_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 760, 340, 64, 56, 60


@dataclass(frozen=True)
class Size:
    """A measurement of one size: seconds until the result was proven, and peak memory."""

    factor: int
    seconds: float
    mebibytes: float
    proven: bool


def measure(factor: int) -> Size:
    """Solve and measure one size in this process."""
    shape = replace(UN_WIDE, coachees=COACHEES * factor, coaches=COACHES * factor)
    roster, cycle = instance(shape, seed=1)
    result, seconds = solved(roster, cycle, SolveOptions(explain=False))
    return Size(factor, seconds, peak_mebibytes(), result.status == "optimal")


def _measure_in_subprocess(factor: int) -> Size:
    words = [sys.executable, "-m", "tests.bench.growth", str(factor)]
    answer = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    return Size(**json.loads(answer))


def draw(sizes: list[Size]) -> str:
    """Return an SVG with both curves on logarithmic axes, where a power law is a straight line."""
    panels = (
        ("seconds to the proven result", [size.seconds for size in sizes], "{:.1f} s", 0),
        ("peak memory", [size.mebibytes for size in sizes], "{:,.0f} MiB", _WIDTH // 2),
    )
    body = "\n".join(_panel(sizes, *panel) for panel in panels)
    title = f"Growth of the UN-wide class: {COACHEES} x {COACHES} and its multiples"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'font-family="sans-serif" font-size="13">\n<title>{escape(title)}</title>\n'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>\n'
        f'<text x="16" y="24" font-size="15" font-weight="bold">{escape(title)}</text>\n'
        f'{body}\n<text x="16" y="{_HEIGHT - 10}" font-size="11" fill="#555">'
        f"{escape(machine())}</text>\n</svg>\n"
    )


def _panel(sizes: list[Size], name: str, values: list[float], form: str, left: int) -> str:
    width, height = _WIDTH // 2 - _LEFT - 24, _HEIGHT - _TOP - _BOTTOM - 24
    low, high = min(values) * 0.7, max(values) * 1.4

    def place(size: Size, value: float) -> tuple[float, float]:
        across = math.log(size.factor) / math.log(FACTORS[-1])
        up = math.log(value / low) / math.log(high / low)
        return left + _LEFT + across * width, _TOP + 20 + (1 - up) * height

    points = [place(size, value) for size, value in zip(sizes, values, strict=True)]
    exponent = math.log(values[-1] / values[0]) / math.log(sizes[-1].factor / sizes[0].factor)
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    foot = _TOP + 20 + height
    parts = [
        (
            f'<text x="{left + 16}" y="{_TOP}" fill="#17596b">{name}, '
            f"size to the power of {exponent:.2f}</text>"
        ),
        (
            f'<polyline points="{left + _LEFT},{_TOP + 12} {left + _LEFT},{foot} '
            f'{left + _LEFT + width},{foot}" fill="none" stroke="#999"/>'
        ),
        f'<polyline points="{line}" fill="none" stroke="#17596b" stroke-width="2"/>',
    ]
    for size, value, (x, y) in zip(sizes, values, points, strict=True):
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#17596b"/>')
        anchor, aside, above = ("start", 10, -6) if size.factor == FACTORS[0] else ("end", -6, 10)
        label = form.format(value)
        parts.append(
            f'<text x="{x + aside:.1f}" y="{y - above:.1f}" text-anchor="{anchor}">{label}</text>'
            f'<text x="{x:.1f}" y="{foot + 18}" text-anchor="middle">{size.factor} x</text>'
        )
    return "\n".join(parts)


def main() -> int:
    """Measure all sizes and write the picture, or print the size given as an argument as JSON."""
    if len(sys.argv) > 1:
        print(json.dumps(vars(measure(int(sys.argv[1])))))
        return 0
    sizes = []
    for factor in FACTORS:
        size = _measure_in_subprocess(factor)
        sizes.append(size)
        proven = "proven" if size.proven else "NOT PROVEN"
        print(
            f"  {COACHEES * factor:,} x {COACHES * factor:,}: {size.seconds:.1f} s, "
            f"{size.mebibytes:,.0f} MiB, {proven}"
        )
    PICTURE.write_text(draw(sizes), encoding="utf-8")
    print(f"  written to {PICTURE.relative_to(Path.cwd())}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
