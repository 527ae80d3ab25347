"""Messages about runs and plans."""

from __future__ import annotations

from coach.texts.facts import FACT, NUMBER, TEXT, message, plural_message

WAITING = message("runs.waiting", "waiting to start")
RUNNING = message("runs.running", "running")
FINISHED = message("runs.finished", "finished")
FAILED = message("runs.failed", "failed")
STOPPED = message("runs.stopped", "cancelled")

RUN = message("runs.run", "Run")
WHAT_IF_RUN = message("runs.what_if_run", "What-if run")
REPLACEMENT_RUN = message("runs.replacement_run", "Run to replace a coach")

DRAFT = message("runs.draft", "draft")
PUBLISHED = message("runs.published", "published")
SUPERSEDED = message("runs.superseded", "replaced by a later plan")
WHAT_IF = message("runs.what_if", "what-if")

UNSOUND = message("runs.unsound", "failed its audit")
PLAN_REJECTED = plural_message(
    "runs.plan_rejected",
    "The plan failed its audit ({count} finding). This is a fault in the application, not in "
    "your lists. The plan is kept with the other plans and cannot be published.",
    "The plan failed its audit ({count} findings). This is a fault in the application, not in "
    "your lists. The plan is kept with the other plans and cannot be published.",
    count=NUMBER,
)

JUDGING = message("runs.phase_judging", "Evaluating every pair against the rules")
MATCHING = message("runs.phase_matching", "Matching")
TIMETABLING = message("runs.phase_timetabling", "Scheduling the sessions")
EXPLAINING = message("runs.phase_explaining", "Finding out what would help people without a coach")
AUDITING = message("runs.phase_auditing", "Checking the plan against the lists and the policy")
DONE = message("runs.phase_done", "Done")

LOADING = message("runs.loading", "Starting the search")
NOTHING_FOUND = message("runs.nothing_found", "nothing found yet")
FOUND = message("runs.found", "{value} found", value=NUMBER)
FOUND_BEST = message("runs.found_best", "{value}, which is the best possible", value=NUMBER)
FOUND_AND_BOUND = message(
    "runs.found_and_bound", "{value} found, at best {bound}", value=NUMBER, bound=NUMBER
)

LISTS_MISSING = message(
    "runs.lists_missing", "the cycle has no coachees or no coaches; upload both lists first"
)
RUN_OPEN = message(
    "runs.open",
    "run {run} of this cycle has not ended yet; wait until it ends, or cancel it",
    run=TEXT,
)
NO_RECORD = message(
    "runs.no_record",
    "the run ({state}) has no record, because it has not finished or was made with a version "
    "that did not store records",
    state=FACT,
)
