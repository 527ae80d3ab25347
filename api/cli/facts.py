"""Messages printed by the commands that create results and print summaries."""

from __future__ import annotations

from coach.texts.facts import (
    FACT,
    NUMBER,
    ONE_DECIMAL,
    PLAIN_NUMBER,
    TEXT,
    listed,
    message,
    plural_message,
)

COACHEES = plural_message("command.coachees", "{count} coachee", "{count} coachees", count=NUMBER)
COACHES = plural_message("command.coaches", "{count} coach", "{count} coaches", count=NUMBER)
SESSIONS = plural_message("command.sessions", "{count} session", "{count} sessions", count=NUMBER)
MATCHES = plural_message("command.matches", "{count} match", "{count} matches", count=NUMBER)
PAIRS = plural_message("command.pairs", "{count} pair", "{count} pairs", count=NUMBER)
POINTS = plural_message("command.points", "{count} point", "{count} points", count=PLAIN_NUMBER)
ABOUT = message("command.about", "{about}: {statement}", about=FACT, statement=FACT)

UNSOUND_KEPT = message(
    "command.unsound_kept",
    "{error}\nThe plan and all findings are in {folder}, so that you can report this error. Do "
    "not use the plan.",
    error=FACT,
    folder=TEXT,
)
SOUND_PART_WRITTEN = plural_message(
    "command.sound_part_written",
    "{error}\nThe result in {out} is the part of the plan that passes the audit: {placed} of "
    "{count} match.",
    "{error}\nThe result in {out} is the part of the plan that passes the audit: {placed} of "
    "{count} matches.",
    error=FACT,
    out=TEXT,
    placed=NUMBER,
    count=NUMBER,
)
ABORTED = message("command.aborted", "Aborted.")
USAGE_ERROR = message("command.usage_error", "Error: {problem}", problem=FACT)
TRY_HELP = message("command.try_help", "Try '{command}' for help.", command=TEXT)
NO_SUCH_OPTION = message("command.no_such_option", "No such option: {option}", option=TEXT)
NO_SUCH_OPTION_BUT = message(
    "command.no_such_option_but",
    "No such option: {option} (possible options: {possible})",
    option=TEXT,
    possible=listed(TEXT),
)
MISSING_PARAMETER = message("command.missing_parameter", "{parameter} is missing", parameter=TEXT)
INVALID_VALUE = message(
    "command.invalid_value",
    "Invalid value for {parameter}: {reason}",
    parameter=TEXT,
    reason=FACT,
)
OPTION_WITH_VALUE = message(
    "command.option_with_value", "{option} does not take a value", option=TEXT
)
OPTION_WITHOUT_VALUE = message(
    "command.option_without_value", "{option} requires a value", option=TEXT
)
UNEXPECTED_ARGUMENTS = message(
    "command.unexpected_arguments", "unexpected arguments: {arguments}", arguments=TEXT
)
INTERNAL_ERROR = message(
    "command.internal_error",
    "An error occurred in the application, not in your files: {error}\n"
    "Run the command again with {variable}=1 and report the output.",
    error=TEXT,
    variable=TEXT,
)

# Progress of a run
ELAPSED = message("command.progress_elapsed", "{seconds} s", seconds=ONE_DECIMAL)
JUDGING = message("command.phase_judging", "evaluating")
MATCHING = message("command.phase_matching", "matching")
TIMETABLING = message("command.phase_timetabling", "timetabling")
EXPLAINING = message("command.phase_explaining", "explaining")
AUDITING = message("command.phase_auditing", "auditing")
DONE = message("command.phase_done", "done")
LEVEL = message("command.progress_level", "level")
BEST_VALUE = message("command.progress_best_value", "best value")
BOUND = message("command.progress_bound", "bound")

# The demo, the match and their summary
FICTITIOUS = message(
    "command.fictitious", "This is the sample cycle. All people in it are fictitious."
)
# i18n: windows-1250 and windows-1251 are names of encodings; do not translate them.
NOT_AN_ENCODING = message(
    "command.not_an_encoding",
    "{name} is not a known encoding; use one such as windows-1250 or windows-1251",
    name=TEXT,
)
NOT_BEFORE_NEEDS_KEEP = message(
    "command.not_before_needs_keep",
    "requires --keep with the result that contains the sessions before that date",
)
# i18n: the three days are in the format of the command line, such as 2027-01-18.
NOT_BEFORE_OUTSIDE = message(
    "command.not_before_outside",
    "--not-before {day} is outside the cycle; choose a date from {first} to {last}",
    day=TEXT,
    first=TEXT,
    last=TEXT,
)
OUT_IS_A_FILE = message(
    "command.out_is_a_file", "{out} is a file; choose a folder with --out", out=TEXT
)
OUT_IS_NOT_EMPTY = message(
    "command.out_is_not_empty",
    "{out} is not empty; it contains {file}. Choose another folder with --out, or replace the "
    "files of an earlier result with --force",
    out=TEXT,
    file=TEXT,
)
OUT_EXISTS = message(
    "command.out_exists",
    "{out} exists; choose another file with --out, or replace it with --force",
    out=TEXT,
)
OUT_IS_SPECIAL = message(
    "command.out_is_special",
    "{out} is a link, a folder, a device or another special file, which is never replaced; choose "
    "another name with --out",
    out=TEXT,
)
RUNNER_UP_NOT_DETERMINED = message(
    "command.runner_up_not_determined", "The next best coach was not determined"
)
RUNNER_UP_FAILED = message(
    "command.runner_up_failed",
    "The search for the next best coaches failed. The plan itself is complete and audited.",
)
RUNNER_UP_INTERRUPTED = message(
    "command.runner_up_interrupted",
    "The search for the next best coaches was interrupted. The plan itself is complete and "
    "audited.",
)

# i18n: {coachees} is "14 coachees"; {count} of them have a coach.
PLACED = plural_message(
    "summary.placed",
    "{cycle}: {count} of {coachees} has a coach",
    "{cycle}: {count} of {coachees} have a coach",
    count=NUMBER,
    cycle=TEXT,
    coachees=FACT,
)
# i18n: for example: 78 sessions with 7 of 9 coaches, Monday 18 January to Friday 16 July 2027.
SIZE = message(
    "summary.size",
    "{sessions} with {busy} of {coaches}, {period}.",
    sessions=FACT,
    busy=NUMBER,
    coaches=FACT,
    period=FACT,
)
LEVEL_VALUE = message(
    "summary.level_value",
    "{level}: {value}, {proof}",
    level=FACT,
    value=PLAIN_NUMBER,
    proof=FACT,
)
MATCHES_AND_REASONS = message("summary.matches_and_reasons", "Matches and reasons")
PERSON = message(
    "summary.person",
    "{name} ({id}, {rank}, {place})",
    name=TEXT,
    id=TEXT,
    rank=FACT,
    place=FACT,
)
WITH_COACH = plural_message(
    "summary.with_coach",
    "with {coach}, {points} of {count} point",
    "with {coach}, {points} of {count} points",
    count=PLAIN_NUMBER,
    coach=FACT,
    points=PLAIN_NUMBER,
)
WITHOUT_A_COACH = message("summary.without_a_coach", "Without a coach")
COACHES_LEFT = message("summary.coaches_left", "{why} Coaches left after each rule:", why=FACT)
FUNNEL_STEP = message("summary.funnel_step", "{rule} {left}", rule=FACT, left=NUMBER)
WOULD_HELP = message("summary.would_help", "What would help, verified by solving again:")
NOTHING_HELPS = message(
    "summary.nothing_helps", "None of the single changes that were tried would help."
)
CHANGES_AND_REASONS = message("summary.changes_and_reasons", "Changes and reasons")
MOVE = message(
    "summary.move", "{coachee}: {change} ({because})", coachee=TEXT, change=FACT, because=FACT
)
OTHER_TIMES = plural_message(
    "summary.other_times",
    "{count} session at other times",
    "{count} sessions at other times",
    count=NUMBER,
)
FIRST_SESSIONS = message("summary.first_sessions", "First sessions")
WHEN = message("summary.when", "{day}, {hours} {zone}", day=FACT, hours=FACT, zone=TEXT)
COUPLE = message("summary.couple", "{coachee} with {coach}", coachee=TEXT, coach=TEXT)
MORE_PAIRS = plural_message(
    "summary.more_pairs",
    "and {count} more pair; all dates are in the report",
    "and {count} more pairs; all dates are in the report",
    count=NUMBER,
)
FILES_IN = message("summary.files_in", "Files in {folder}", folder=TEXT)
FILE_REPORT = message("summary.file_report", "the complete plan, to read or print")
FILE_SCHEDULE = message("summary.file_schedule", "every session")
FILE_INVITES = message(
    "summary.file_invites",
    "an invitation (.ics) and an email (.eml) for each person and session",
)
FILE_FORMS = message("summary.file_forms", "printable session note and feedback form")
FILE_UNMATCHED = message("summary.file_unmatched", "coachees without a coach, with reasons")
FILE_RESULT = message(
    "summary.file_result", "the result and its input files, in machine-readable form"
)
FILE_RUN = message("summary.file_run", "the record of the run, for repeating it")
NEXT_STEPS = message("summary.next_steps", "Next steps")
OWN_WORKBOOK = message("summary.own_workbook", "(a workbook for your own people)")
