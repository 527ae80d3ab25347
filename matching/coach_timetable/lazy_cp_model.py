"""The module `ortools.sat.python.cp_model`, imported when one of its names is first used.

Small cycles often need no CP-SAT. `cp_model` itself imports pandas, which takes several times as
long as the rest of it, only to build and read whole series of variables. The engine does not use
these methods, so `cp_model` is given a stand-in, and other importers of pandas get the package.
"""

from __future__ import annotations

import sys
from functools import cache
from types import ModuleType


def __getattr__(name: str) -> object:
    found: object = getattr(_cp_model(), name)
    return found


@cache
def _cp_model() -> ModuleType:
    if "pandas" in sys.modules:
        from ortools.sat.python import cp_model  # noqa: PLC0415 - see above

        return cp_model
    stand_in = ModuleType("pandas")
    vars(stand_in).update(Index=type("Index", (), {}), Series=type("Series", (), {}))
    sys.modules["pandas"] = stand_in
    try:
        from ortools.sat.python import cp_model  # noqa: PLC0415 - see above
    finally:
        sys.modules.pop("pandas", None)
    return cp_model
