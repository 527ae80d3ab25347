"""Plan queries as JSON, with the facts in their answers also rendered as text."""

from __future__ import annotations

from datetime import datetime

from api.background.rows import TaskState
from api.background.task_failure import TaskFailure
from api.plan_queries.answer_json import (
    AdviceJson,
    AnswerSentences,
    ExplanationJson,
    ReplacementJson,
)
from api.plan_queries.questions import QuestionAnswer, QuestionView
from api.plan_queries.remaining_sessions import RemainingSessions
from api.plan_queries.rows import QuestionKind
from api.runs.run_view import rendered_progress
from api.values import FrozenModel
from coach.texts.renderer import Renderer
from matching.progress import Progress


class AnswerJson(FrozenModel):
    """The answer to a question. Only the field for its kind is set."""

    explanation: ExplanationJson | None
    advice: tuple[AdviceJson, ...] | None
    replacements: tuple[ReplacementJson, ...] | None


class QuestionJson(FrozenModel):
    """A plan query: its state and, once it has finished, its answer.

    Answers to `explain` and `advise` remain valid for the plan. Answers to `replace` depend on the
    lists at the time, so the same question can be submitted again.
    """

    id: str
    plan_id: str
    kind: QuestionKind
    person_id: str | None
    remaining: RemainingSessions
    state: TaskState
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    cancelling: bool
    latest: Progress | None
    failure: TaskFailure | None
    answer: AnswerJson | None


def question_json(question: QuestionView, texts: Renderer) -> QuestionJson:
    """Return a question as JSON, with its answer and progress in the language of `texts`."""
    fields = {name: getattr(question, name) for name in QuestionJson.model_fields}
    sentences = AnswerSentences(texts, question.names)
    latest = None if question.latest is None else rendered_progress(question.latest, texts)
    answer = None if question.answer is None else _answer(question.answer, sentences)
    failure = None if question.failure is None else question.failure.rendered(texts)
    return QuestionJson(**(fields | {"latest": latest, "answer": answer, "failure": failure}))


def _answer(answer: QuestionAnswer, sentences: AnswerSentences) -> AnswerJson:
    explanation, advice, found = answer.explanation, answer.advice, answer.replacements
    return AnswerJson(
        explanation=None if explanation is None else sentences.explanation(explanation),
        advice=None if advice is None else tuple(map(sentences.advice, advice)),
        replacements=None if found is None else tuple(map(sentences.replacement, found)),
    )
