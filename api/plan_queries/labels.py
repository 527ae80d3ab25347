"""Labels and badges of questions about a plan."""

from __future__ import annotations

from api.background.rows import TaskState
from api.plan_queries.rows import QuestionKind
from api.runs.labels import RUN_STATE
from api.web.labels import Badge

QUESTION_STATE = RUN_STATE | {TaskState.FINISHED: Badge("answered", "good")}
QUESTION_KIND = {
    QuestionKind.EXPLAIN: "Why, and what else",
    QuestionKind.REPLACE: "Who could take over",
    QuestionKind.ADVISE: "What would place more people",
}
