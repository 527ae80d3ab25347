"""Use cases of plan queries: asking, following, cancelling, and replacing a coach.

What the job of a query does is in `job` and `subprocess`.
"""

from __future__ import annotations

from dataclasses import dataclass

from api.audit_trail.log import record_event
from api.cycles.service import CycleHeader, cycle_header
from api.plan_queries import questions
from api.plan_queries.questions import QuestionRequest, QuestionView, question_row, question_view
from api.plan_queries.replacement import ReplacementRequest, queue_replacement
from api.plans.plan_details import plan_row
from api.runs.run_input import default_options
from api.runs.run_view import RunView
from api.services import Services


@dataclass(frozen=True, slots=True)
class QuestionOfCycle:
    """A question, and the cycle of the plan it is about."""

    question: QuestionView
    cycle: CycleHeader


def submit_question(
    services: Services, plan_id: str, question_request: QuestionRequest
) -> QuestionView:
    """Ask a question about a plan; an equal one whose answer still holds is not asked again.

    Raises:
        NotFoundError: there is no such plan, or the person is not a coachee of it.
        ConflictError: everybody in the plan has a coach, so that there is nothing to advise.
    """
    with services.database.writing() as tx:
        return questions.store_question(
            tx, services.enqueue, plan_id, question_request, now=services.now()
        )


def read_question(services: Services, question_id: str) -> QuestionView:
    """The state of a question, with its answer once it has finished.

    Raises:
        NotFoundError: there is no such question.
    """
    with services.database.reading() as tx:
        return question_view(question_row(tx, question_id))


def read_question_of_cycle(services: Services, question_id: str) -> QuestionOfCycle:
    """The state of a question, and the cycle of the plan it is about.

    Raises:
        NotFoundError: there is no such question.
    """
    with services.database.reading() as tx:
        row = question_row(tx, question_id)
        plan = plan_row(tx, row.plan_id)
        return QuestionOfCycle(question_view(row), cycle_header(tx, plan.cycle_id))


def list_questions(
    services: Services, plan_id: str, person_id: str | None = None
) -> tuple[QuestionView, ...]:
    """The questions about one coachee of a plan, or about the whole plan, the newest first.

    Raises:
        NotFoundError: there is no such plan.
    """
    with services.database.reading() as tx:
        return questions.questions_about(tx, plan_id, person_id)


def cancel_question(services: Services, question_id: str) -> QuestionView:
    """Cancel a question: immediately if it is queued, within about two seconds if it is running.

    Raises:
        NotFoundError: there is no such question.
        ConflictError: it has ended.
    """
    with services.database.writing() as tx:
        row = question_row(tx, question_id)
        row.request_cancellation("question", now=services.now())
        record_event(tx, "question cancel asked for", "question", row.id)
        return question_view(row)


def start_replacement(services: Services, replacement_request: ReplacementRequest) -> RunView:
    """Queue a run that gives one coachee of the published plan another coach.

    Its plan is a draft, to be read and published like any other.

    Raises:
        NotFoundError: there is no such plan, coachee or coach.
        ConflictError: the plan is not the published one, the coachee has no coach in it or has
            this one already, the cycle's policy pins their pair, or a run is open.
    """
    options = default_options(services.settings)
    with services.database.writing() as tx:
        return queue_replacement(
            tx, services.enqueue, replacement_request, options, now=services.now()
        )
