"""The module `ortools.sat.python.cp_model`, imported only when one of its names is first used.

The import takes a quarter of a second, and small cycles often need no CP-SAT.
"""

from __future__ import annotations


def __getattr__(name: str) -> object:
    from ortools.sat.python import cp_model  # noqa: PLC0415 - see above

    found: object = getattr(cp_model, name)
    return found
