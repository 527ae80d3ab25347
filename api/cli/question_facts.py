"""Messages printed by the commands that query results, pairs and rules."""

from __future__ import annotations

from coach.texts.facts import (
    FACT,
    NUMBER,
    PLAIN_NUMBER,
    SHORT_DATE,
    TEXT,
    TIME,
    listed,
    message,
    plural_message,
)

# pairs, template, rules
ELIGIBLE_PAIRS = plural_message(
    "pairs.eligible",
    "{count} of {pairs} is eligible; written to {out}",
    "{count} of {pairs} are eligible; written to {out}",
    count=NUMBER,
    pairs=FACT,
    out=TEXT,
)
ELIGIBLE = plural_message(
    "pairs.eligible_printed",
    "{count} of {pairs} is eligible",
    "{count} of {pairs} are eligible",
    count=NUMBER,
    pairs=FACT,
)
TEMPLATE_READY = message(
    "template.ready",
    '{out} is ready. Fill in its "coachees" and "coaches" sheets, then run',
    out=TEXT,
)
RULE = message("rules.rule", "{rule} ({kind})", rule=TEXT, kind=FACT)
WEIGHTED_RULE = message(
    "rules.weighted_rule",
    "{rule} ({kind}, weight {weight})",
    rule=TEXT,
    kind=FACT,
    weight=NUMBER,
)
EXAMPLE = message(
    "rules.example",
    "e.g. {situation} {points}: {because}",
    situation=FACT,
    points=FACT,
    because=FACT,
)
NOT_POSSIBLE = message("rules.not_possible", "not possible")

# check
RESULT_INVALID = plural_message(
    "check.invalid",
    "{folder}: {count} finding; this result is not valid",
    "{folder}: {count} findings; this result is not valid",
    count=NUMBER,
    folder=TEXT,
)
# i18n: {matches} is "13 matches", {sessions} is "78 sessions".
RESULT_VALID = plural_message(
    "check.valid",
    "{folder}: valid. {matches} with {sessions} satisfy all rules, windows, gaps and limits. "
    "All {count} levels are correct.",
    "{folder}: valid. {matches} with {sessions} satisfy all rules, windows, gaps and limits. "
    "All {count} levels are correct.",
    count=NUMBER,
    folder=TEXT,
    matches=FACT,
    sessions=FACT,
)
INPUTS_DIFFER = message(
    "check.inputs_differ", "the files in inputs/ are not the input files of this result"
)

# explain, advise, replace
NO_ALTERNATIVE = message(
    "explain.no_alternative",
    "no alternative plan for {coachee} was found within {seconds} s",
    coachee=TEXT,
    seconds=PLAIN_NUMBER,
)
NO_ADVICE = message(
    "advise.nothing",
    "No policy change was found that would place more people. A change for a single person "
    "may still help; see the people without a coach.",
)
ADVICE = message("advise.change", "{change}: places {coachees}", change=FACT, coachees=listed(TEXT))
ADVICE_UNPLACED = message("advise.unplaced", "but no longer {coachees}", coachees=listed(TEXT))
NO_REPLACEMENT = message(
    "replace.nobody",
    "No other coach is available for {coachee} without affecting others.",
    coachee=TEXT,
)
REPLACEMENT_COSTS = message(
    "replace.costs",
    "{coach}: {points}; the plan loses {price}",
    coach=TEXT,
    points=FACT,
    price=FACT,
)
REPLACEMENT_GAINS = message(
    "replace.gains",
    "{coach}: {points}; the plan gains {price}",
    coach=TEXT,
    points=FACT,
    price=FACT,
)
REPLACEMENT_FREE = message(
    "replace.free", "{coach}: {points}; at no cost to the plan", coach=TEXT, points=FACT
)
VERDICT = message("replace.verdict", "{rule}: {because}", rule=FACT, because=FACT)
SESSION_TIME = message("replace.time", "{day} {time}", day=SHORT_DATE, time=TIME)

# compare
POLICY = message("compare.policy", "Policy")
SETTING = message(
    "compare.setting", "{key}: {after} instead of {before}", key=TEXT, after=FACT, before=FACT
)
NOTHING = message("compare.nothing", "nothing")
LEVELS = message("compare.levels", "Levels")
LEVEL = message("compare.level", "level")
BEFORE = message("compare.before", "before")
AFTER = message("compare.after", "after")
GAIN = message("compare.gain", "gain")
NOT_A_LEVEL = message("compare.not_a_level", "not used")
NOT_COMPARABLE = message("compare.not_comparable", "not comparable")
COACHEES = message("compare.coachees", "Coachees")
NO_DIFFERENCES = message("compare.no_differences", "Coachees: no differences")

# replay
REPLAY_EQUAL = message(
    "replay.equal",
    "{folder}: no differences. All levels, {matches} and all sessions are as recorded.",
    folder=TEXT,
    matches=FACT,
)
REPLAY_DIFFERENT = plural_message(
    "replay.different",
    "{folder}: {count} difference",
    "{folder}: {count} differences",
    count=NUMBER,
    folder=TEXT,
)
REPLAY_DIVERGED = message("replay.diverged", "The two runs diverged at this step:")
REPLAY_ENVIRONMENT = message(
    "replay.environment", "The environment differs from the recorded environment:"
)
REPLAY_TIME_LIMIT = message(
    "replay.time_limit",
    "The time limit may have ended one of the two runs early. The result found within a "
    "time limit depends on the machine.",
)
REPLAY_DIFFERENCE = message(
    "replay.difference",
    "{about}: recorded {recorded}; now {now}",
    about=FACT,
    recorded=FACT,
    now=FACT,
)
