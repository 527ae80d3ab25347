"""Labels and badges for runs and plans."""

from __future__ import annotations

from api.background.rows import TaskState
from api.runs.rows import PlanState, RunPurpose
from api.web.labels import Badge
from matching.progress import Phase

RUN_STATE = {
    TaskState.QUEUED: Badge("waiting to start"),
    TaskState.RUNNING: Badge("running", "warn"),
    TaskState.FINISHED: Badge("finished", "good"),
    TaskState.FAILED: Badge("failed", "bad"),
    TaskState.CANCELLED: Badge("stopped"),
}
RUN_PURPOSE = {
    RunPurpose.PLAN: "Run",
    RunPurpose.WHAT_IF: "What-if run",
    RunPurpose.REPLACEMENT: "Run to replace a coach",
}
PLAN_STATE = {
    PlanState.DRAFT: Badge("draft", "warn"),
    PlanState.PUBLISHED: Badge("published", "good"),
    PlanState.SUPERSEDED: Badge("replaced by a later plan"),
    PlanState.WHAT_IF: Badge("what-if"),
}
PHASES = {
    Phase.JUDGING: "Evaluating every pair against the rules",
    Phase.MATCHING: "Matching",
    Phase.TIMETABLING: "Placing the sessions",
    Phase.EXPLAINING: "Finding what would help people without a coach",
    Phase.AUDITING: "Checking the plan against the lists",
    Phase.DONE: "Done",
}
