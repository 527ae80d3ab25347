"""The words pages use for states, and the tone of the badge each is shown in."""

from __future__ import annotations

from dataclasses import dataclass

from api.plan_queries.rows import QuestionKind
from api.results.printable_forms import ATTENDANCE_LABELS
from api.runs.rows import PlanState, RunPurpose, RunState
from coach.feedback import RATINGS
from coach.sessions import Attendance, Reply
from matching.progress import Phase


@dataclass(frozen=True, slots=True)
class Badge:
    """A short word in a coloured frame; the tone is a class of the stylesheet, or nothing."""

    words: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a form."""

    value: str
    words: str


OWN_REPLY = {
    Reply.NONE: Badge("waits for your answer", "warn"),
    Reply.ACCEPTED: Badge("you accepted", "good"),
    Reply.DECLINED: Badge("you declined", "bad"),
}
REPLY = {
    Reply.NONE: Badge("no answer yet"),
    Reply.ACCEPTED: Badge("accepted", "good"),
    Reply.DECLINED: Badge("declined", "bad"),
}
REPLY_BEFORE = {
    Reply.NONE: Badge("no answer"),
    Reply.ACCEPTED: Badge("had accepted"),
    Reply.DECLINED: Badge("had declined"),
}
"""The replies to a session once its record tells what became of it."""
ATTENDANCE = {
    Attendance.HELD: Badge("held", "good"),
    Attendance.DELEGATE: Badge("delegate attended", "warn"),
    Attendance.NO_SHOW: Badge("no-show", "bad"),
    Attendance.CANCELLED: Badge("cancelled beforehand", "bad"),
}
CANCELLED = Badge("cancelled", "bad")
RUN_STATE = {
    RunState.QUEUED: Badge("waiting to start"),
    RunState.RUNNING: Badge("running", "warn"),
    RunState.FINISHED: Badge("finished", "good"),
    RunState.FAILED: Badge("failed", "bad"),
    RunState.CANCELLED: Badge("stopped"),
}
RUN_PURPOSE = {
    RunPurpose.PLAN: "Run",
    RunPurpose.WHAT_IF: "What-if run",
    RunPurpose.REPLACEMENT: "Run that replaces one coach",
}
QUESTION_STATE = RUN_STATE | {RunState.FINISHED: Badge("answered", "good")}
QUESTION_KIND = {
    QuestionKind.EXPLAIN: "Why, and what else",
    QuestionKind.REPLACE: "Who could take over",
    QuestionKind.ADVISE: "What would place more people",
}
PLAN_STATE = {
    PlanState.DRAFT: Badge("draft", "warn"),
    PlanState.PUBLISHED: Badge("published", "good"),
    PlanState.SUPERSEDED: Badge("replaced by a later plan"),
    PlanState.WHAT_IF: Badge("what-if"),
}
PHASES = {
    Phase.JUDGING: "Judging every pair by the rules",
    Phase.MATCHING: "Matching",
    Phase.TIMETABLING: "Placing the sessions",
    Phase.EXPLAINING: "Finding what would help those left out",
    Phase.AUDITING: "Checking the plan against the lists",
    Phase.DONE: "Done",
}
NO_RATING = "none"
ATTENDANCES = tuple(Option(value.value, words) for value, words in ATTENDANCE_LABELS.items())
RATING_OPTIONS = (
    *(Option(str(number), f"{number}: {word}") for number, word in RATINGS.items()),
    Option(NO_RATING, "no rating"),
)


def rating_text(rating: int | None) -> str:
    """`4 of 5: good`, or nothing."""
    return "" if rating is None else f"{rating} of {max(RATINGS)}: {RATINGS[rating]}"
