"""A run reports that its plan failed the audit; the plan is kept, but cannot be published."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from api.background.job_type import JobContext
from api.background.rows import TaskState
from api.background.subprocess_task import run_task
from api.invitations.publish import publish_plan
from api.runs import service as runs
from api.runs.frozen_input import RunOptions
from api.runs.job import RunJob
from api.runs.rows import PlanRow, PlanState, RunRow
from api.runs.solver_task import RunTask
from api.runs.subprocess import solve_and_record
from coach.errors import ConflictError
from tests.matching.broken_engine import break_engine

if TYPE_CHECKING:
    import httpx
    from conftest import World

OPTIONS = RunOptions(time_limit_seconds=5.0, workers=1)


class MemoryChannel:
    """A stand-in for the channel to a parent process, which stores the messages."""

    def __init__(self, task: str) -> None:
        self._task = task.encode()
        self.sent: list[dict[str, object]] = []

    def receive(self) -> bytes:
        return self._task

    def send(self, message: bytes) -> None:
        self.sent.append(json.loads(message))


def test_rejected_plan_is_kept_beside_the_failed_run_and_cannot_be_published(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_engine(monkeypatch)
    run_id = solve_in_this_process(world, world.cycle(coachees=2, coaches=1))

    with world.database.reading() as tx:
        row, plan = tx.get_one(RunRow, run_id), tx.scalars(select(PlanRow)).one()
        assert row.state is TaskState.FAILED
        assert "plan_rejected" in json.dumps(row.failure)
        assert plan.state is PlanState.UNSOUND
        plan_id = plan.id
    with pytest.raises(ConflictError, match="failed its audit"):
        publish_plan(world.services, plan_id)


def test_run_says_where_its_plan_is_unsound_and_offers_the_last_sound_one(
    client: httpx.Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.sign_in(client)
    cycle_id = world.cycle(coachees=2, coaches=1)
    with monkeypatch.context() as broken:
        break_engine(broken)
        first = solve_in_this_process(world, cycle_id)
    assert "There is no earlier sound plan" in client.get(f"/runs/{first}").text

    solve_in_this_process(world, cycle_id)
    with world.database.reading() as tx:
        sound = tx.scalars(select(PlanRow.id).where(PlanRow.state == PlanState.DRAFT)).one()
    with monkeypatch.context() as broken:
        break_engine(broken)
        last = solve_in_this_process(world, cycle_id)

    unsound = client.get(f"/api/v1/runs/{last}").json()["unsound_plan"]
    assert unsound["last_sound_plan_id"] == sound
    (place, *_others) = unsound["findings"]
    assert "session 1 on " in place
    assert "does not start on the" in place
    assert unsound["number_of_findings"] >= 1
    page = client.get(f"/runs/{last}").text
    assert "does not start on the" in page
    assert f'href="/plans/{sound}"' in page
    assert "View the unsound plan" in page
    assert client.get(f"/api/v1/runs/{first}").json()["unsound_plan"]["last_sound_plan_id"] is None


def solve_in_this_process(world: World, cycle_id: str) -> str:
    """Perform a run of a cycle without a child process, and return the run's id."""
    run = runs.start_run(world.services, cycle_id, OPTIONS)
    with world.database.reading() as tx:
        row = tx.get_one(RunRow, run.id)
        task = RunTask(input_json=row.input, options=OPTIONS, input_sha256=row.input_sha256)
    channel = MemoryChannel(task.model_dump_json())
    run_task(channel, solve_and_record)  # type: ignore[arg-type] - has the same methods
    RunJob(JobContext(world.services, "worker@1"))._finish(run.id, channel.sent[-1])  # noqa: SLF001 - what a worker calls
    return run.id
