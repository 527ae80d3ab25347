"""CP-SAT is imported without pandas, and `holidays` with only the countries that are needed."""

from __future__ import annotations

import subprocess
import sys

import pytest

CP_SAT = """
import sys
from api.quick_imports import import_cp_sat

import_cp_sat()
from ortools.sat.python import cp_model
model = cp_model.CpModel()
chosen = [model.new_bool_var("") for _ in range(4)]
model.add_at_most_one(chosen[:3])
model.maximize(sum(chosen))
solver = cp_model.CpSolver()
assert solver.solve(model) == cp_model.OPTIMAL
assert [solver.boolean_value(one) for one in chosen].count(True) == 2
assert "pandas" not in sys.modules
import pandas
assert pandas.Series([1, 2]).sum() == 3
"""


HOLIDAYS = """
import sys
from datetime import date
from api.quick_imports import import_countries_when_needed

import_countries_when_needed()
from coach.holidays import observance_categories, public_holidays
assert date(2027, 2, 15) in public_holidays("RS", 2027)
assert [one for one in sys.modules if one.startswith("holidays.countries.")] == [
    "holidays.countries.serbia"
]
from holidays import list_supported_countries
assert sum(bool(public_holidays(country, 2027)) for country in list_supported_countries()) > 200
"""


@pytest.mark.parametrize("code", [CP_SAT, HOLIDAYS], ids=["CP-SAT", "holidays"])
def test_unneeded_modules_are_not_imported_but_stay_importable(code: str) -> None:
    ran = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
