"""What the process does that answers a question: solving again."""

from __future__ import annotations

import time
from dataclasses import dataclass

from api.plan_queries.resolve import solve_again
from api.plan_queries.rows import QuestionKind
from api.plan_queries.service import Answer, QuestionTask
from coach.cycle import Cycle
from coach.people import Roster
from matching.deadline import OutOfTimeError, Watch
from matching.errors import NoUsableResultError
from matching.explanation import NextBest, RunnerUp, advise, explain
from matching.explanation.runner_ups import RunnerUps
from matching.instance.partial_cycle import UnderWay
from matching.progress import Phase, Progress, ReportProgress
from matching.rematching.replacement import replacements
from matching.result import Match, Result


@dataclass
class SolvingAgain:
    """The engine as explanations ask it; tells how often it has solved, and how long all took."""

    limit_seconds: float
    report: ReportProgress
    began: float
    under_way: UnderWay | None
    times: int = 0

    def __call__(self, roster: Roster, cycle: Cycle, keep: Result) -> Result:
        """The best result within the limit, without looking for remedies."""
        self.times += 1
        return solve_again(
            roster,
            cycle,
            keep,
            limit_seconds=self.limit_seconds,
            workers=1,
            under_way=self.under_way,
            report=self._tell,
        )

    def _tell(self, progress: Progress) -> None:
        elapsed = time.monotonic() - self.began
        message = f"solving again, {ordinal(self.times)} time: {progress.message}"
        told = {"elapsed_seconds": elapsed, "message": message}
        self.report(progress.model_copy(update=told))


def work(task_text: str, report: ReportProgress) -> dict[str, str]:
    """Answer the question of a task, a `QuestionTask` as JSON."""
    task = QuestionTask.model_validate_json(task_text)
    again = SolvingAgain(task.limit_seconds, report, time.monotonic(), task.under_way)
    return {"answer": _answer(task, again).model_dump_json()}


def ordinal(number: int) -> str:
    """`1st`, `2nd`, `11th`."""
    teen = number % 100 in {11, 12, 13}
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def _answer(task: QuestionTask, again: SolvingAgain) -> Answer:
    about = task.roster, task.cycle, task.result
    if task.kind is QuestionKind.EXPLAIN:
        return Answer(explanation=explain(*about, task.coachee, _next_best(task, again.report)))
    if task.kind is QuestionKind.ADVISE:
        return Answer(advice=advise(*about, again))
    again.report(_moment("looking at every coach with a place left"))
    found = replacements(
        *about,
        task.coachee,
        not_before=task.remaining.not_before,
        sessions=task.remaining.sessions,
    )
    return Answer(replacements=found)


def _next_best(task: QuestionTask, report: ReportProgress) -> NextBest:
    """The next best coach, by solving again within the limit."""
    watch = Watch(time.monotonic, task.limit_seconds, lambda: False)

    def of(match: Match) -> RunnerUp | None:
        report(_moment("solving again without this pair"))
        try:
            return RunnerUps(
                task.roster, task.cycle, task.result, watch, under_way=task.under_way
            ).of(match)
        except OutOfTimeError as error:
            raise NoUsableResultError(
                f"no other plan for {match.coachee} was found within {task.limit_seconds:g} s"
            ) from error

    return of


def _moment(message: str) -> Progress:
    return Progress(phase=Phase.MATCHING, elapsed_seconds=0.0, message=message)
