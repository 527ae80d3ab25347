"""The runner-ups of a fresh result for its report, as many as a few seconds allow."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress

from api.engine_threads import run_in_thread
from api.input_files.cycle_inputs import CycleInputs
from matching.deadline import Deadline, DeadlineExceededError
from matching.explanation import Section, runner_up_section
from matching.explanation.runner_ups import RunnerUps
from matching.progress import IsCancelled
from matching.result import Result

_SECONDS = 10.0


def find_runner_ups(
    inputs: CycleInputs, result: Result, limit_seconds: float | None, cancelled: IsCancelled
) -> Mapping[str, Section]:
    """What the report tells of the next best coach, by coachee; of some nothing in a large cycle.

    Takes ten seconds at most, and no longer than what `result` has left of the time limit.

    Raises:
        CancelledError: somebody asked to stop.
    """
    left = _SECONDS if limit_seconds is None else limit_seconds - result.wall_seconds
    deadline = Deadline(time.monotonic, max(0.0, min(_SECONDS, left)), cancelled, run_in_thread)
    found: dict[str, Section] = {}
    with suppress(DeadlineExceededError):  # a report without them is a report
        runner_ups = RunnerUps(
            inputs.roster, inputs.cycle, result, deadline, under_way=inputs.under_way
        )
        for coachee, runner_up in runner_ups.all():
            found[coachee] = runner_up_section(runner_up, inputs.roster)
    return found
