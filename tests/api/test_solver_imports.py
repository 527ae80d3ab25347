"""CP-SAT is imported without pandas."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import sys
from api.solver_imports import import_cp_sat

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


def test_model_is_solved_without_importing_pandas_which_stays_importable() -> None:
    ran = subprocess.run([sys.executable, "-c", CODE], check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
