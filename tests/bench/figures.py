"""Measured figures and the table in which they are printed."""

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
        what: the measured quantity.
        measured: the value, with its unit.
        requirement: the requirement, or "" if there is none.
        is_met: whether the requirement was met.
        comparison: a comparison with another method in the same run, or "".
    """

    what: str
    measured: str
    requirement: str = ""
    is_met: bool = True
    comparison: str = ""


def machine() -> str:
    """Return a description of the machine and package versions for a table's caption."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("ortools", "numpy", "pydantic"))
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, "
        f"Python {platform.python_version()}, {packages}"
    )


def peak_mebibytes() -> float:
    """Return this process's peak resident memory so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def show(title: str, figures: Iterable[Figure]) -> bool:
    """Print figures as they are measured, then a table; return whether all requirements are met."""
    console = Console(width=None if sys.stdout.isatty() else 150)
    rows = []
    for figure in figures:
        console.print(f"  {figure.what}: {figure.measured}", style="dim", highlight=False)
        rows.append(figure)
    table = Table(title=title, caption=machine(), title_justify="left", caption_justify="left")
    for heading in ("figure", "measured", "required", "", "compared in the same run"):
        table.add_column(heading)
    for row in rows:
        mark = ("met" if row.is_met else "NOT MET") if row.requirement else ""
        table.add_row(row.what, row.measured, row.requirement, mark, row.comparison)
    console.print(table)
    return all(row.is_met for row in rows)
