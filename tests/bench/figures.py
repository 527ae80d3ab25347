"""One measured figure, and the table in which they are printed."""

from __future__ import annotations

import os
import platform
import resource
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Figure:
    """A measured figure.

    Attributes:
        what: the work that was measured.
        measured: the figure, with its unit.
        must: what was promised; empty where nothing was.
        kept: whether the promise was kept.
        beside: another method on the same work in the same run, as a ratio.
    """

    what: str
    measured: str
    must: str = ""
    kept: bool = True
    beside: str = ""


def machine() -> str:
    """Machine and versions, for the head of the table."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("ortools", "numpy", "pydantic"))
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, "
        f"Python {platform.python_version()}, {packages}"
    )


def peak_mebibytes() -> float:
    """Peak resident memory so far of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def show(title: str, figures: Iterable[Figure]) -> bool:
    """Print each figure as it comes, then the table; whether every promise was kept."""
    console = Console(width=None if sys.stdout.isatty() else 150)
    rows = []
    for figure in figures:
        console.print(f"  {figure.what}: {figure.measured}", style="dim", highlight=False)
        rows.append(figure)
    table = Table(title=title, caption=machine(), title_justify="left", caption_justify="left")
    for heading in ("figure", "measured", "must", "", "beside, in the same run"):
        table.add_column(heading)
    for row in rows:
        mark = ("kept" if row.kept else "NOT KEPT") if row.must else ""
        table.add_row(row.what, row.measured, row.must, mark, row.beside)
    console.print(table)
    return all(row.kept for row in rows)
