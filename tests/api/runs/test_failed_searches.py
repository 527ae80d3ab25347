"""A run whose search for remedies fails has a plan, and reports the location of the failure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from api.runs import service as runs
from api.runs.frozen_input import RunOptions
from api.runs.rows import RunRow
from api.runs.solver_task import RunTask
from api.runs.subprocess import solve_and_record
from coach.texts.renderer import english
from matching import engine
from matching.deadline import SolverError
from matching.progress import Phase, Progress
from matching.result import Result

if TYPE_CHECKING:
    import pytest
    from conftest import World

OPTIONS = RunOptions(time_limit_seconds=5.0, workers=1)


def test_a_failed_search_for_remedies_is_reported_with_its_location_only(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> bool:
        raise SolverError("HiGHS answered about Coachee 3")

    monkeypatch.setattr(engine, "can_place_all", fail)
    run = runs.start_run(world.services, world.cycle(coachees=8, coaches=1), OPTIONS)
    with world.database.reading() as tx:
        row = tx.get_one(RunRow, run.id)
        task = RunTask(input_json=row.input, options=OPTIONS, input_sha256=row.input_sha256)
    reported: list[Progress] = []
    solved = solve_and_record(task.model_dump_json(), reported.append)
    result = Result.model_validate_json(json.loads(solved["plan"])["result_json"])
    assert result.matches
    assert not any(one.remedies_complete for one in result.unmatched)
    explaining = [english(one.message) for one in reported if one.phase is Phase.EXPLAINING]
    failures = [
        text for text in explaining if "a search for changes that would help failed" in text
    ]
    assert len(failures) == len(result.unmatched) > 0
    assert all("SolverError at " in text and "Coachee 3" not in text for text in failures)
