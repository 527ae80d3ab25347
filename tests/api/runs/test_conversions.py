"""How often the data of a run is validated and serialised until its plan is stored."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from api.background.job_type import JobContext
from api.runs import service as runs
from api.runs.frozen_input import RunInput, RunOptions
from api.runs.job import RunJob
from api.runs.rows import PlanRow, RunRow
from api.runs.solver_task import RunTask
from api.runs.subprocess import solve_and_record
from coach.people import Coach, Coachee
from matching.result import Result

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import World

OPTIONS = RunOptions(time_limit_seconds=5.0, workers=1)


@pytest.fixture
def conversions(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Return a counter of model conversions in this process, keyed by model and method."""
    counted: Counter[str] = Counter()

    def count(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*arguments: object, **options: object) -> Any:  # noqa: ANN401 - as `function`
            counted[name] += 1
            return function(*arguments, **options)

        return counting

    for model in (RunInput, Result, Coachee, Coach):
        for method in ("model_validate", "model_validate_json", "model_dump", "model_dump_json"):
            name = f"{model.__name__}.{method}"
            monkeypatch.setattr(model, method, count(name, getattr(model, method)))
    return counted


def test_run_reads_people_once_and_passes_on_input_and_result_as_text(
    world: World, conversions: Counter[str]
) -> None:
    cycle_id = world.cycle(coachees=3, coaches=2)
    conversions.clear()
    run = runs.start_run(world.services, cycle_id, OPTIONS)
    assert conversions == {
        "Coachee.model_validate": 3,
        "Coach.model_validate": 2,
        "RunInput.model_dump_json": 1,  # for storage
        "RunInput.model_dump": 1,  # for its digest, which requires a fixed form
    }
    conversions.clear()
    RunJob(JobContext(world.services, "worker@1"))(run.id)
    assert conversions == {}
    with world.database.reading() as tx:
        stored = tx.scalars(select(PlanRow.result).where(PlanRow.run_id == run.id)).one()
    assert Result.model_validate_json(stored).model_dump_json() == stored


def test_child_process_reads_its_input_once_and_validates_no_result(
    world: World, conversions: Counter[str]
) -> None:
    run = runs.start_run(world.services, world.cycle(), OPTIONS)
    with world.database.reading() as tx:
        row = tx.get_one(RunRow, run.id)
        task = RunTask(input_json=row.input, options=OPTIONS, input_sha256=row.input_sha256)
    conversions.clear()
    solve_and_record(task.model_dump_json(), lambda _progress: None)
    assert conversions["RunInput.model_validate_json"] == 1
    assert conversions["Result.model_dump_json"] == 2, "once for storage, once for the digest"
    assert conversions["Result.model_validate"] == conversions["Result.model_validate_json"] == 0
