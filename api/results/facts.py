"""Messages in results files, in the report, and on the pages of a plan."""

from __future__ import annotations

from coach.texts.facts import (
    FACT,
    NUMBER,
    PLAIN_NUMBER,
    TEXT,
    WEEKDAY,
    all_of,
    message,
    plural_message,
)

NO_FOLDER = message("results.no_folder", "there is no results folder here; check the path")
NOT_PROGRESS = message(
    "results.not_progress",
    "this file does not describe the progress of a cycle: {reason}",
    reason=FACT,
)
NOT_A_RUN_RECORD = message(
    "results.not_a_run_record", "this is not a run record: {reason}", reason=FACT
)
SEVERAL_FILES = message(
    "results.several_files", "{files} both exist; keep only one", files=all_of(TEXT)
)
CANNOT_WRITE = message(
    "results.cannot_write",
    "the results cannot be written to {folder}: {reason}. "
    "Free some space, or choose another folder.",
    folder=TEXT,
    reason=TEXT,
)

# i18n: the label of a session in the timetable chart, which has room for six characters: Wed 20
MARK = message("results.mark", "{weekday} {day}", weekday=WEEKDAY, day=NUMBER)

MATCH_POINTS = plural_message(
    "results.match_points",
    "Reasons: {points} of {count} point",
    "Reasons: {points} of {count} points",
    points=PLAIN_NUMBER,
    count=PLAIN_NUMBER,
)
NOBODY_ELIGIBLE = message("results.nobody_eligible", "The rules exclude every coach.")
NOBODY_SCHEDULABLE = message(
    "results.nobody_schedulable",
    "The rules allow some coaches, but the sessions cannot all be scheduled with any of them.",
)
ALL_TAKEN = message(
    "results.all_taken",
    "There are suitable coaches with enough time, but other coachees need their places.",
)

# i18n: the rank of a person without uniform; `grade` is a NATO grade, such as OF-5.
CIVILIAN = message("results.civilian", "civilian")
CIVILIAN_AS = message("results.civilian_as", "civilian equivalent to {grade}", grade=TEXT)
CIVILIAN_ABOVE = message("results.civilian_above", "civilian above {grade}", grade=TEXT)

LEVEL_PLACED = message(
    "results.level_placed", "Total priority of coachees with a coach (1 to 9 each)"
)
LEVEL_KEPT = message("results.level_kept", "Pairs kept from the earlier plan")
LEVEL_REPEAT = message("results.level_repeat", "Pairs repeated from an earlier cycle")
LEVEL_WORST = message("results.level_worst", "Lowest points of any match")
LEVEL_TOTAL = message("results.level_total", "Total points of all matches")
LEVEL_SCHEDULE = message(
    "results.level_schedule", "Quality of the session series (up to 100 for each match)"
)
LEVEL_PROVEN = message("results.level_proven", "proven optimal")
LEVEL_BOUND = message("results.level_bound", "at most {bound} is possible", bound=PLAIN_NUMBER)
LEVEL_LOWER_BOUND = message(
    "results.level_lower_bound", "at least {bound} in every plan", bound=PLAIN_NUMBER
)
LEVEL_CHANGE = message(
    "results.level_change",
    "{level}: {after} instead of {before}",
    level=FACT,
    after=PLAIN_NUMBER,
    before=PLAIN_NUMBER,
)
PLAN_PROVEN = message(
    "results.plan_proven", "Proven: no other plan places more people or serves them better."
)
PLAN_NOT_PROVEN = message(
    "results.plan_not_proven",
    "Usable, but not proven optimal, because the time limit was reached first. Each objective "
    "is shown with the best value that may still be possible.",
)

MOVE_OTHER_TIMES = plural_message(
    "results.move_other_times",
    "{count} session with {coach} at other times",
    "{count} sessions with {coach} at other times",
    count=NUMBER,
    coach=TEXT,
)
MOVE_OTHER_COUNT = message(
    "results.move_other_count",
    "stays with {coach}, with a different number of sessions",
    coach=TEXT,
)
MOVE_OTHER_COACH = message(
    "results.move_other_coach", "{after} instead of {before}", after=TEXT, before=TEXT
)
MOVE_PLACED = message("results.move_placed", "{after} instead of no coach", after=TEXT)
MOVE_UNPLACED = message("results.move_unplaced", "no coach instead of {before}", before=TEXT)

ATTENDANCE_HELD = message("results.attendance_held", "Held")
ATTENDANCE_DELEGATE = message(
    "results.attendance_delegate", "A delegate attended in the coachee's place"
)
ATTENDANCE_NO_SHOW = message("results.attendance_no_show", "No-show: someone did not attend")
COACHEE_ABSENT = message("results.coachee_absent", "No, the coachee did not come")
COACH_ABSENT = message("results.coach_absent", "No, the coach did not come")
BOTH_ABSENT = message("results.both_absent", "No, neither of them came")
ATTENDANCE_CANCELLED = message("results.attendance_cancelled", "Cancelled beforehand")
# i18n: a point of a scale to tick: 4: mostly true.
POINT = message("results.point", "{number}: {label}", number=NUMBER, label=FACT)
