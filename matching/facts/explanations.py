"""Messages of explanations: titles and lines about matches, runners-up and unmatched coachees."""

from __future__ import annotations

from collections.abc import Mapping

from coach.texts.facts import (
    FACT,
    NUMBER,
    PERSON,
    Message,
    joined,
    listed,
    message,
    plural_message,
)

MATCH = plural_message(
    "explanation.match",
    "{coachee} is matched with {coach}: {count} point",
    "{coachee} is matched with {coach}: {count} points",
    coachee=PERSON,
    coach=PERSON,
    count=NUMBER,
)
# i18n: language: 300 (100 x 3), both speak Albanian
VERDICT = message(
    "explanation.verdict",
    "{rule}: {product} ({points} x {weight}), {reason}",
    rule=FACT,
    product=NUMBER,
    points=NUMBER,
    weight=NUMBER,
    reason=FACT,
)
NO_OTHER_COACH = message("explanation.no_other_coach", "There is no other coach")
NO_OTHER_POSSIBLE = message("explanation.no_other_possible", "No other coach is possible.")
NEXT_BEST = plural_message(
    "explanation.next_best",
    "The next best coach is {coach}: {count} point",
    "The next best coach is {coach}: {count} points",
    coach=PERSON,
    count=NUMBER,
)
LEVEL = message(
    "explanation.level",
    "{level}: {after} instead of {before}",
    level=FACT,
    after=NUMBER,
    before=NUMBER,
)
NO_COST = message("explanation.no_cost", "No cost to anyone, at any level.")
WOULD_MOVE = message(
    "explanation.would_move",
    "{coachee} would move from {before} to {after}",
    coachee=PERSON,
    after=PERSON,
    before=PERSON,
)
WOULD_BE_PLACED = message(
    "explanation.would_be_placed",
    "{coachee} would get {after} as their coach",
    coachee=PERSON,
    after=PERSON,
)
WOULD_BE_UNPLACED = message(
    "explanation.would_be_unplaced",
    "{coachee} would lose their coach, {before}",
    coachee=PERSON,
    before=PERSON,
)
NOT_PROVEN = message(
    "explanation.not_proven",
    "Not proven, because time ran out. There may be a better alternative.",
)
# The titles about a coachee without a coach, by reason.
UNMATCHED: Mapping[str, Message] = {
    "nobody-eligible": message(
        "explanation.nobody_eligible",
        "{coachee} has no coach, because the rules exclude every coach",
        coachee=PERSON,
    ),
    "nobody-schedulable": message(
        "explanation.nobody_schedulable",
        "{coachee} has no coach, because none of the coaches allowed by the rules has time "
        "for all sessions",
        coachee=PERSON,
    ),
    "all-taken": message(
        "explanation.all_taken",
        "{coachee} has no coach, because other coachees need every suitable coach",
        coachee=PERSON,
    ),
}
FUNNEL_STEP = message(
    "explanation.funnel_step", "after {rule}: {left} left", rule=FACT, left=NUMBER
)
WHAT_WOULD_HELP = message(
    "explanation.what_would_help", "What would help, verified by solving again"
)
NOTHING_HELPS = message(
    "explanation.nothing_helps", "None of the single changes examined would help."
)
SEARCH_NOT_COMPLETED = message(
    "explanation.search_not_completed",
    "The search was not completed, so other changes may also help.",
)
OTHER_COACHES = message("explanation.other_coaches", "Other coaches")
FIRST_OTHER_COACHES = message(
    "explanation.first_other_coaches",
    "Other coaches (first {shown} of {number})",
    shown=NUMBER,
    number=NUMBER,
)
NOT_POSSIBLE = message(
    "explanation.not_possible",
    "{coach}: not possible ({reasons})",
    coach=PERSON,
    reasons=joined(FACT),
)
POSSIBLE = plural_message(
    "explanation.possible",
    "{coach}: {count} point",
    "{coach}: {count} points",
    coach=PERSON,
    count=NUMBER,
)
TAKEN = plural_message(
    "explanation.taken",
    "{coach}: {count} point, but all places are taken by {holders}",
    "{coach}: {count} points, but all places are taken by {holders}",
    coach=PERSON,
    count=NUMBER,
    holders=listed(PERSON),
)
