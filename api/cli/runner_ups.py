"""Finds the next best coaches for the report on a new result, with limited effort."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from api.cli import facts
from api.engine_threads import run_in_thread
from api.input_files.cycle_inputs import CycleInputs
from api.logging.exception_location import exception_location
from api.results.move_view import display_names
from matching.deadline import Deadline
from matching.explanation import Section, runner_up_section
from matching.explanation.counted_deadline import CountedDeadline
from matching.explanation.partial_search import SearchEnd, collect
from matching.explanation.runner_ups import RunnerUps
from matching.progress import IsCancelled
from matching.result import Result
from matching.search.evaluated_problem import EvaluatedProblem

_LOG = logging.getLogger(__name__)
_MAX_STEPS = 4500  # about five seconds of processor time on an idle machine
_MOST_PAIRS = 20_000  # 1,200 x 400 people have five times as many; each match then takes a second
_REASONS = {
    SearchEnd.FAILED: facts.RUNNER_UP_FAILED(),
    SearchEnd.CANCELLED: facts.RUNNER_UP_INTERRUPTED(),
}


class FoundRunnerUps(NamedTuple):
    """The report's sections about the next best coach, keyed by matched coachee.

    `cut_short` is true if the time limit ended the search before it had used up its steps.
    """

    sections: Mapping[str, Section]
    cut_short: bool


def find_runner_ups(
    inputs: CycleInputs,
    result: Result,
    limit_seconds: float | None,
    cancelled: IsCancelled,
    *,
    evaluated: EvaluatedProblem | None = None,
) -> FoundRunnerUps:
    """Return the report's sections about the next best coach, keyed by matched coachee.

    The effort of the search is limited in steps, so that the report does not depend on how busy the
    machine is. `limit_seconds`, if given, also limits its time. `evaluated`, if given, contains the
    pairs of the run, which are then not evaluated again. Matches that the search does not reach
    have no section. If the search fails or is cancelled, the sections of the remaining matches
    state this; failures are also logged.
    """
    deadline = Deadline(time.monotonic, limit_seconds, cancelled, run_in_thread)
    search = collect(_runner_up_sections(inputs, result, evaluated, deadline))
    found = dict(search.found)
    if search.error and search.end is SearchEnd.FAILED:
        _LOG.error("next best coaches were not determined: %s", exception_location(search.error))
    if search.end in _REASONS:
        not_determined = Section(facts.RUNNER_UP_NOT_DETERMINED(), (_REASONS[search.end],))
        for match in result.matches:
            found.setdefault(match.coachee, not_determined)
    return FoundRunnerUps(found, deadline.was_exceeded)


def _runner_up_sections(
    inputs: CycleInputs, result: Result, evaluated: EvaluatedProblem | None, deadline: Deadline
) -> Iterator[tuple[str, Section]]:
    """Yield matched coachees with their sections, while time and steps remain."""
    runner_ups = RunnerUps(
        inputs.roster,
        inputs.cycle,
        result,
        deadline,
        under_way=inputs.under_way,
        evaluated=evaluated,
    )
    names = display_names((*inputs.roster.coachees, *inputs.roster.coaches))
    for coachee, runner_up in runner_ups.all(
        CountedDeadline(deadline, _MAX_STEPS), most_pairs=_MOST_PAIRS
    ):
        yield coachee, runner_up_section(runner_up, names)
