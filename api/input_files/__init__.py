"""Reading files: CSV, XLSX and ODS tables, cycle files, earlier results, and their limits.

What cells mean is decided in `coach.intake`; here files are opened, bounded and decoded.
"""

from api.input_files.cycle_inputs import (
    KEPT_FILE,
    UNDER_WAY_FILE,
    CycleInputs,
    NamedFile,
    fingerprint,
    parse_inputs,
    read_inputs,
    read_policy_file,
)
from api.input_files.people_file import read_people
from api.results.result_file import read_result
from api.results.result_folder import ResultFolder, read_result_folder
from api.results.run_record_file import read_run_record
from coach.intake.columns import PeopleKind

__all__ = [
    "KEPT_FILE",
    "UNDER_WAY_FILE",
    "CycleInputs",
    "NamedFile",
    "PeopleKind",
    "ResultFolder",
    "fingerprint",
    "parse_inputs",
    "read_inputs",
    "read_people",
    "read_policy_file",
    "read_result",
    "read_result_folder",
    "read_run_record",
]
