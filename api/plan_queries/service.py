"""Use cases for asking, following and cancelling plan queries, and for replacing a coach.

Queries are executed by `job` and `subprocess`.
"""

from __future__ import annotations

from dataclasses import dataclass

from api.audit_trail.log import record_event
from api.cycles.service import CycleHeader, cycle_header
from api.plan_queries import questions
from api.plan_queries.questions import (
    QuestionRequest,
    QuestionView,
    question_row,
    question_view,
    with_names,
)
from api.plan_queries.replacement import ReplacementRequest, queue_replacement
from api.plans.plan_details import plan_row
from api.runs.run_input import default_options
from api.runs.run_view import RunView
from api.services import Services


@dataclass(frozen=True, slots=True)
class QuestionOfCycle:
    """A question and the cycle of its plan."""

    question: QuestionView
    cycle: CycleHeader


def submit_question(
    services: Services, plan_id: str, question_request: QuestionRequest
) -> QuestionView:
    """Ask a question about a plan, or return an equivalent question that is still valid.

    Raises:
        NotFoundError: there is no such plan, or the person is not a coachee of its cycle.
        ConflictError: advice was requested for a plan in which everyone has a coach.
    """
    with services.database.writing() as tx:
        return questions.store_question(
            tx, services.enqueue, plan_id, question_request, now=services.now()
        )


def read_question(services: Services, question_id: str) -> QuestionView:
    """Return a question and, once it has finished, its answer.

    Raises:
        NotFoundError: there is no such question.
    """
    with services.database.reading() as tx:
        return with_names(tx, question_view(question_row(tx, question_id)))


def read_question_of_cycle(services: Services, question_id: str) -> QuestionOfCycle:
    """Return a question and the cycle of its plan.

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
    """Return the questions about a plan as a whole, or about one coachee in it, newest first.

    Raises:
        NotFoundError: there is no such plan.
    """
    with services.database.reading() as tx:
        found = questions.questions_about(tx, plan_id, person_id)
        return tuple(with_names(tx, question) for question in found)


def cancel_question(services: Services, question_id: str) -> QuestionView:
    """Cancel a question. It ends immediately if queued, or within about two seconds if running.

    Raises:
        NotFoundError: there is no such question.
        ConflictError: the question has already ended.
    """
    with services.database.writing() as tx:
        row = question_row(tx, question_id)
        row.request_cancellation("question", now=services.now())
        record_event(tx, "question cancel asked for", "question", row.id)
        if row.state.is_final:  # it was queued
            record_event(tx, f"question {row.state}", "question", row.id)
        return question_view(row)


def start_replacement(services: Services, replacement_request: ReplacementRequest) -> RunView:
    """Queue a run that replaces the coach of one coachee in the published plan.

    The resulting plan is a draft that can be reviewed and published like any other.

    Raises:
        NotFoundError: there is no such plan, coachee or coach.
        ConflictError: the plan is not published, the coachee has no coach in it or already has this
            one, the cycle's policy pins the coachee, or the cycle has an unfinished run.
    """
    options = default_options(services.settings)
    with services.database.writing() as tx:
        return queue_replacement(
            tx, services.enqueue, replacement_request, options, now=services.now()
        )
