"""Messages about plans and their comparison."""

from __future__ import annotations

from coach.texts.facts import FACT, message

OTHER_CYCLES = message(
    "plans.other_cycles", "the plans belong to different cycles; choose two plans of one cycle"
)
NOTHING_TO_COMPARE = message(
    "plans.nothing_to_compare",
    "the cycle has no other published plan; choose a plan to compare with",
)
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
