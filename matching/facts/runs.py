"""Messages about the progress of runs, impossible pins, and errors that end a run or query."""

from __future__ import annotations

from coach.texts.facts import FACT, NUMBER, PERSON, TEXT, listed, message, plural_message

# Errors.
CANCELLED = message("run.cancelled", "the run was cancelled")
NO_RESULT_IN_TIME = message(
    "run.no_result_in_time",
    "the time limit of {seconds} s was reached before a usable result was found; increase the "
    "time limit",
    seconds=NUMBER,
)
UNSOUND = plural_message(
    "run.unsound",
    "the plan failed its audit because of an error in this application, not in your files. "
    "The audit has {count} finding: {first}",
    "the plan failed its audit because of an error in this application, not in your files. "
    "The audit has {count} findings; the first is: {first}",
    count=NUMBER,
    first=FACT,
)
NO_SUCH_COACHEE = message(
    "explanation.no_such_coachee",
    "there is no coachee {coachee} in this result; its coachees include {known}",
    coachee=TEXT,
    known=listed(PERSON),
)
NO_SUCH_COACHEE_IN_CYCLE = message(
    "replacement.no_such_coachee",
    "there is no coachee {coachee} in this cycle; check the ID in the coachees' file",
    coachee=TEXT,
)

# Why a pin is impossible.
PIN = message(
    "pin.impossible", "{coachee} = {coach}: {reason}", coachee=PERSON, coach=PERSON, reason=FACT
)
NO_COACHEE = message("pin.no_coachee", "there is no coachee {coachee}", coachee=PERSON)
NO_COACH = message("pin.no_coach", "there is no coach {coach}", coach=PERSON)
PIN_NOT_SCHEDULABLE = plural_message(
    "pin.not_schedulable",
    "schedule: this pair has no time for {count} session, even if no other pairs are matched",
    "schedule: this pair has no time for {count} sessions, even if no other pairs are matched",
    count=NUMBER,
)
PINS_OVER_CAPACITY = plural_message(
    "pin.over_capacity",
    "{count} coachee is pinned to this coach, whose capacity is {capacity}",
    "{count} coachees are pinned to this coach, whose capacity is {capacity}",
    count=NUMBER,
    capacity=NUMBER,
)
PINS_NOT_SCHEDULABLE = message(
    "pin.not_schedulable_together",
    "schedule: this coach does not have enough time for the sessions of all pinned coachees "
    "({count} each)",
    count=NUMBER,
)
PINS_OF_SAME_PERSON = message(
    "pin.not_schedulable_for_same_person",
    "schedule: a person is in several pinned pairs, and their sessions cannot be scheduled "
    "without overlaps",
)
PINS_BELOW_SHARE = message(
    "pin.below_share",
    "with all pins, no plan can reach the minimum share of cross-border pairs ({share})",
    share=NUMBER,
)

# Progress of a run.
EVALUATING = message(
    "run.progress_evaluating",
    "evaluating the rules for {coachees} and {coaches}",
    coachees=FACT,
    coaches=FACT,
)
PAIRS = plural_message(
    "run.progress_pairs",
    "{count} pair satisfies the rules and can meet",
    "{count} pairs satisfy the rules and can meet",
    count=NUMBER,
)
SEARCHING_REMEDIES = message("run.progress_remedies", "searching for changes that would help")
AUDITING = message("run.progress_auditing", "auditing the result")
PLACED = plural_message(
    "run.progress_placed",
    "{placed} of {count} coachee placed",
    "{placed} of {count} coachees placed",
    placed=NUMBER,
    count=NUMBER,
)
LEVEL = message(
    "run.progress_level",
    "{level}: {value} (at most {bound})",
    level=FACT,
    value=NUMBER,
    bound=NUMBER,
)
MINIMISED_LEVEL = message(
    "run.progress_minimised_level",
    "{level}: {value} (at least {bound})",
    level=FACT,
    value=NUMBER,
    bound=NUMBER,
)
LEVEL_WITHOUT_BOUND = message(
    "run.progress_level_without_bound", "{level}: {value}", level=FACT, value=NUMBER
)
LEVEL_WITHOUT_VALUE = message(
    "run.progress_level_without_value", "{level}: at most {bound}", level=FACT, bound=NUMBER
)
MINIMISED_WITHOUT_VALUE = message(
    "run.progress_minimised_without_value",
    "{level}: at least {bound}",
    level=FACT,
    bound=NUMBER,
)
LEVEL_STARTED = message("run.progress_level_started", "{level}: no plan yet", level=FACT)
SOLVING_AGAIN = message(
    "run.progress_solving_again",
    "solving again (round {number}): {progress}",
    number=NUMBER,
    progress=FACT,
)
# i18n: {location} is a place in the code, for whoever maintains the server
SEARCH_FAILED = message(
    "run.progress_search_failed",
    "a search for changes that would help failed: {location}",
    location=TEXT,
)
CHECKING_COACHES = message(
    "run.progress_checking_coaches", "checking every coach who has a place left"
)
SOLVING_WITHOUT_PAIR = message(
    "run.progress_solving_without_pair", "solving again without this pair"
)
