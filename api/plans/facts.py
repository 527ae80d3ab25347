"""Messages about plans and their comparison."""

from __future__ import annotations

from coach.texts.facts import FACT, NUMBER, TEXT, message, plural_message

OTHER_CYCLES = message(
    "plans.other_cycles",
    "the plans belong to different cycles; choose two plans from the same cycle",
)
NOTHING_TO_COMPARE = message(
    "plans.nothing_to_compare",
    "the cycle has no other published plan; choose a plan to compare with",
)
LABEL_CHANGED = message(
    "plans.label_changed",
    "somebody else has changed the name or the comment since you opened this page; your text is"
    " still in the form, and saving it will replace theirs",
)
# i18n: the title of a plan without a name.
MADE_AT = message("plans.made_at", "Plan from {made}", made=FACT)
# i18n: the title of a plan with a name, in a list.
NAMED = message("plans.named", "{name} ({made})", name=TEXT, made=FACT)
CHOOSE_PLANS = plural_message(
    "plans.choose_plans",
    "choose at least two and at most {count} plans",
    "choose at least two and at most {count} plans",
    count=NUMBER,
)
BEST = message("plans.best", "best of these")
BEHIND = message("plans.behind", "{amount} behind the best", amount=FACT)
DIFFERENT = message("plans.different", "different")
OTHER_TIMES = message("plans.other_times", "other times")
NO_COACH = message("plans.no_coach", "no coach")
NOT_LISTED = message("plans.not_listed", "not in the lists")
FILTER_CHANGE = message("plans.filter_change", "Change")
FILTER_DIFFERENCES = message("plans.filter_differences", "Difference")
FILTER_OTHER_COACH = message("plans.filter_other_coach", "the coach")
FILTER_TIMES_ONLY = message("plans.filter_times_only", "only the times")
FILTER_WITHOUT = message("plans.filter_without", "without a coach in one of the plans")
# i18n: each of the following five follows a number of coachees in large type: 12 without changes.
SAME = message("plans.same", "without changes")
RETIMED = message("plans.retimed", "with the same coach at different times")
MOVED = message("plans.moved", "with a different coach")
PLACED = message("plans.placed", "with a coach for the first time")
UNPLACED = message("plans.unplaced", "no longer with a coach")
NOT_AN_OBJECTIVE = message("plans.not_an_objective", "not used")
MEASURED_DIFFERENTLY = message("plans.measured_differently", "measured differently")
EQUAL = message("plans.equal", "the same")
MORE = message("plans.more", "{amount} more", amount=FACT)
FEWER = message("plans.fewer", "{amount} fewer", amount=FACT)
