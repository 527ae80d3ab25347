"""Labels and badges for plan queries."""

from __future__ import annotations

from api.background.rows import TaskState
from api.plan_queries import facts
from api.plan_queries.rows import QuestionKind
from api.runs.labels import RUN_STATE
from api.web.labels import Badge

QUESTION_STATE = RUN_STATE | {TaskState.FINISHED: Badge(facts.ANSWERED(), "good")}
QUESTION_KIND = {
    QuestionKind.EXPLAIN: facts.EXPLAIN(),
    QuestionKind.REPLACE: facts.REPLACE(),
    QuestionKind.ADVISE: facts.ADVISE(),
}
