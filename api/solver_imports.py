"""Imports CP-SAT without pandas, which takes several times as long to import as CP-SAT itself.

`cp_model` needs pandas only to build and read whole series of variables. The engine does not use
these methods.
"""

from __future__ import annotations

import sys
from types import ModuleType

_CP_MODEL, _PANDAS = "ortools.sat.python.cp_model", "pandas"


def import_cp_sat() -> None:
    """Import CP-SAT, with a stand-in for pandas that is removed again from the known modules.

    To be called before the engine, which otherwise imports CP-SAT and pandas when it needs them.
    """
    if _CP_MODEL in sys.modules or _PANDAS in sys.modules:
        return
    stand_in = ModuleType(_PANDAS)
    vars(stand_in).update(Index=type("Index", (), {}), Series=type("Series", (), {}))
    sys.modules[_PANDAS] = stand_in
    try:
        __import__(_CP_MODEL)
    finally:
        del sys.modules[_PANDAS]
