"""A plan that fails its audit is stored separately, and its sound part becomes the result."""

from __future__ import annotations

import json
from importlib.resources import as_file
from pathlib import Path

import pytest

from api.cli.run import solve_and_write
from api.error_mapping import EXIT_INTERNAL_ERROR, error_type_of
from api.input_files.cycle_inputs import CycleInputs, read_inputs
from api.participants.sample import SAMPLE_FILES, sample_file
from api.results.result_folder import read_result_folder
from matching.auditor import audit
from matching.engine import SolveOptions
from matching.errors import UnsoundResultError
from tests.matching.broken_engine import break_engine


@pytest.fixture(scope="module")
def inputs() -> CycleInputs:
    cycle, coachees, coaches = (as_file(sample_file(name)) for name in SAMPLE_FILES)
    with cycle as one, coachees as two, coaches as three:
        return read_inputs(one, two, three)


def solve(inputs: CycleInputs, out: Path) -> None:
    solve_and_write(inputs, out, SolveOptions(), workers=1, quiet=True, force=True)


def test_rejected_plan_is_kept_apart_and_its_sound_part_is_the_result(
    inputs: CycleInputs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    with monkeypatch.context() as broken:
        break_engine(broken)
        with pytest.raises(UnsoundResultError) as error:
            solve(inputs, out)
    assert error_type_of(error.value).exit_code == EXIT_INTERNAL_ERROR
    assert str(out / "unsound") in str(error.value)
    rejected = json.loads((out / "unsound" / "plan.json").read_bytes())
    lost = rejected["matches"][-1]["coachee"]
    findings = (out / "unsound" / "findings.txt").read_text(encoding="utf-8").splitlines()
    assert lost in findings[0]
    assert "does not start on the" in findings[0]
    found = read_result_folder(out)
    assert audit(found.inputs.roster, found.inputs.cycle, found.result) == ()
    assert len(found.result.matches) == len(rejected["matches"]) - 1
    assert lost in {entry.coachee for entry in found.result.unmatched}

    solve(inputs, out)
    assert not (out / "unsound").exists()
    assert len(read_result_folder(out).result.matches) == len(rejected["matches"])
