"""Messages about the curriculum."""

from __future__ import annotations

from coach.curriculum import Course
from coach.texts.facts import FACT, NUMBER, TEXT, joined, message, plural_message

COURSES = {
    Course.BASIC: message("curriculum.basic", "Basic course")(),
    Course.ADVANCED: message("curriculum.advanced", "Advanced course")(),
}
MINUTES = plural_message("curriculum.minutes", "{count} minute", "{count} minutes", count=NUMBER)
NO_MODULE = message("curriculum.no_module", "there is no module with the code {code}", code=TEXT)
CODE_TAKEN = message(
    "curriculum.code_taken", "there is already a module {code}; choose another code", code=TEXT
)
CHANGED_SINCE = message(
    "curriculum.changed_since",
    "somebody else has changed this module since you opened it; look at it again, and repeat your "
    "change if it is still needed",
)
PREREQUISITE_OF = message(
    "curriculum.prerequisite_of",
    "module {code} builds on this one; change that module first",
    code=TEXT,
)
NOT_OWN = message(
    "curriculum.not_own",
    "this module is part of the software and cannot be deleted; retire it instead",
)
OTHER_CODE = message("curriculum.other_code", "a module's code cannot be changed")
RETIRED = message("curriculum.retired", "retired")
OWN = message("curriculum.own", "added by the office")
SENSITIVE = message("curriculum.sensitive", "sensitive")
DRAFTS = plural_message(
    "curriculum.drafts",
    "{count} objective to approve",
    "{count} objectives to approve",
    count=NUMBER,
)
PLANNED = message(
    "curriculum.planned",
    "this module is planned or was covered in at least one session; retire it instead",
)
NO_SESSIONS = message("curriculum.no_sessions", "this coachee has no sessions")
NOT_THE_COACH = message(
    "curriculum.not_the_coach", "only the coach of the upcoming sessions can change the plan"
)
PLAN_CHANGED_SINCE = message(
    "curriculum.plan_changed_since",
    "the plan was changed after you opened it; look at it again, and repeat your change if it is "
    "still needed",
)
NO_MODULE_TO_PLAN = message(
    "curriculum.no_module_to_plan",
    "module {code} cannot be added to the plan; choose one from the list",
    code=TEXT,
)
NO_SUCH_SESSION = plural_message(
    "curriculum.no_such_session",
    "there is only {count} session",
    "there are only {count} sessions",
    count=NUMBER,
)
NOT_PLANNED = message("curriculum.not_planned", "not planned")
IN_SESSION = message("curriculum.in_session", "session {number}", number=NUMBER)
IN_CONTRACTING = message("curriculum.in_contracting", "contracting session")
# i18n: of a module: covered in session 1, session 3.
COVERED_IN = message("curriculum.covered_in", "covered in {sessions}", sessions=joined(FACT))
LENGTH = message("curriculum.length", "{minutes} of {of} minutes", minutes=NUMBER, of=NUMBER)
NO_TITLE = message("curriculum.no_title", "enter a title after the address")
FAULTS_OF_FIELD = message("curriculum.faults_of_field", "{faults}", faults=joined(FACT))
