"""The child process of a plan query, which answers a `QuestionTask`.

It returns a single field, `answer_json`: a `QuestionAnswer` as JSON.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass

from api.background.subprocess_task import run_task
from api.child_processes.channel import Channel
from api.engine_threads import run_in_thread
from api.plan_queries import facts
from api.plan_queries.question_task import CurrentInput, QuestionTask
from api.plan_queries.questions import QuestionAnswer
from api.plan_queries.resolve import solve_again
from api.plan_queries.rows import QuestionKind
from api.quick_imports import import_countries_when_needed, import_cp_sat
from api.runs.frozen_input import RunInput
from coach.cycle import Cycle
from coach.people import Roster
from coach.texts.facts import Fact
from matching.deadline import Deadline, DeadlineExceededError
from matching.errors import NoUsableResultError
from matching.explanation import NextBest, RunnerUp, advise, explain
from matching.explanation.runner_ups import RunnerUps
from matching.facts import runs
from matching.instance.partial_cycle import UnderWay
from matching.progress import Phase, Progress, ReportProgress
from matching.rematching.replacement import replacements
from matching.result import Match, Result


@dataclass(frozen=True, slots=True)
class PlanInputs:
    """The engine's inputs: lists, policy, plan, and the cycle's progress when the plan was made."""

    roster: Roster
    cycle: Cycle
    result: Result
    under_way: UnderWay | None

    @classmethod
    def of(cls, task: QuestionTask) -> PlanInputs:
        """Parse the inputs in a task."""
        stored = RunInput.model_validate_json(task.input_json)
        cycle = stored.cycle if task.what_if else stored.policy
        current = task.current or CurrentInput(roster=stored.roster, cycle=cycle)
        result = Result.model_validate_json(task.result_json)
        return cls(current.roster, current.cycle, result, stored.under_way)


@dataclass
class CountingSolver:
    """A solver for advice that reports the number of solves and the total elapsed time."""

    limit_seconds: float
    report: ReportProgress
    started_at: float
    under_way: UnderWay | None
    solve_count: int = 0

    def __call__(self, roster: Roster, cycle: Cycle, keep: Result) -> Result:
        """Return the best result found within the time limit, without remedies."""
        self.solve_count += 1
        return solve_again(
            roster,
            cycle,
            keep,
            limit_seconds=self.limit_seconds,
            workers=1,
            under_way=self.under_way,
            report=self._report_progress,
        )

    def _report_progress(self, progress: Progress) -> None:
        elapsed = time.monotonic() - self.started_at
        message = runs.SOLVING_AGAIN(number=self.solve_count, progress=progress.message)
        fields = {"elapsed_seconds": elapsed, "message": message}
        self.report(progress.model_copy(update=fields))


def main(channel: Channel) -> None:
    """Answer the query that the parent process sends."""
    import_cp_sat()
    import_countries_when_needed()
    run_task(channel, answer_query)


def answer_query(task_text: str, report: ReportProgress) -> dict[str, str]:
    """Answer a `QuestionTask`, given as JSON.

    The result has a single member, `answer_json`: a `QuestionAnswer` as JSON in a JSON string.
    """
    task = QuestionTask.model_validate_json(task_text)
    inputs = PlanInputs.of(task)
    solver = CountingSolver(task.limit_seconds, report, time.monotonic(), inputs.under_way)
    return {"answer_json": json.dumps(_answer(task, inputs, solver).model_dump_json())}


def _answer(task: QuestionTask, inputs: PlanInputs, solver: CountingSolver) -> QuestionAnswer:
    plan = inputs.roster, inputs.cycle, inputs.result
    if task.kind is QuestionKind.EXPLAIN:
        next_best = _next_best(inputs, task.limit_seconds, solver.report)
        return QuestionAnswer(explanation=explain(*plan, task.coachee, next_best))
    if task.kind is QuestionKind.ADVISE:
        return QuestionAnswer(advice=advise(*plan, solver))
    solver.report(_progress_message(runs.CHECKING_COACHES()))
    found = replacements(
        *plan,
        task.coachee,
        not_before=task.remaining.not_before,
        sessions=task.remaining.sessions,
    )
    return QuestionAnswer(replacements=found)


def _next_best(inputs: PlanInputs, limit_seconds: float, report: ReportProgress) -> NextBest:
    """Return a function that finds the next best coach by solving again within the time limit."""
    deadline = Deadline(time.monotonic, limit_seconds, lambda: False, run_in_thread)

    def of(match: Match) -> RunnerUp | None:
        report(_progress_message(runs.SOLVING_WITHOUT_PAIR()))
        try:
            return RunnerUps(
                inputs.roster, inputs.cycle, inputs.result, deadline, under_way=inputs.under_way
            ).of(match)
        except DeadlineExceededError as error:
            raise NoUsableResultError(
                facts.NO_OTHER_PLAN(coachee=match.coachee, seconds=limit_seconds)
            ) from error

    return of


def _progress_message(message: Fact) -> Progress:
    return Progress(phase=Phase.MATCHING, elapsed_seconds=0.0, message=message)
