"""Labels and badges for runs and plans."""

from __future__ import annotations

from api.background.rows import TaskState
from api.runs import facts
from api.runs.rows import PlanState, RunPurpose
from api.web.labels import Badge
from matching.progress import Phase

RUN_STATE = {
    TaskState.QUEUED: Badge(facts.WAITING()),
    TaskState.RUNNING: Badge(facts.RUNNING(), "warn"),
    TaskState.FINISHED: Badge(facts.FINISHED(), "good"),
    TaskState.FAILED: Badge(facts.FAILED(), "bad"),
    TaskState.CANCELLED: Badge(facts.STOPPED()),
}
RUN_PURPOSE = {
    RunPurpose.PLAN: facts.RUN(),
    RunPurpose.WHAT_IF: facts.WHAT_IF_RUN(),
    RunPurpose.REPLACEMENT: facts.REPLACEMENT_RUN(),
}
PLAN_STATE = {
    PlanState.DRAFT: Badge(facts.DRAFT(), "warn"),
    PlanState.PUBLISHED: Badge(facts.PUBLISHED(), "good"),
    PlanState.SUPERSEDED: Badge(facts.SUPERSEDED()),
    PlanState.WHAT_IF: Badge(facts.WHAT_IF()),
    PlanState.UNSOUND: Badge(facts.UNSOUND(), "bad"),
}
PHASES = {
    Phase.JUDGING: facts.JUDGING(),
    Phase.MATCHING: facts.MATCHING(),
    Phase.TIMETABLING: facts.TIMETABLING(),
    Phase.EXPLAINING: facts.EXPLAINING(),
    Phase.AUDITING: facts.AUDITING(),
    Phase.DONE: facts.DONE(),
}
