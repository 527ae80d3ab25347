"""Imports parts of two packages without the other parts, which take longer to import."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from types import ModuleType

_CP_MODEL, _PANDAS = "ortools.sat.python.cp_model", "pandas"
_COUNTRIES = "holidays.countries"


def import_cp_sat() -> None:
    """Import CP-SAT with a stand-in for pandas, which is removed from `sys.modules` afterwards.

    `cp_model` needs pandas only to build and read whole series of variables, which the engine does
    not do; importing pandas takes several times as long as importing CP-SAT itself. Call this
    before using the engine, which otherwise imports both when it needs CP-SAT.
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


def import_countries_when_needed() -> None:
    """Make the `holidays` package import only the modules of countries that are used.

    Otherwise, using the first country imports the modules of all 250, which takes a tenth of a
    second.
    """
    package = find_spec("holidays")
    if package is None or _COUNTRIES in sys.modules:
        return
    countries = ModuleType(_COUNTRIES)
    countries.__path__ = [
        f"{folder}/countries" for folder in package.submodule_search_locations or ()
    ]
    sys.modules[_COUNTRIES] = countries
