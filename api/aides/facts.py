"""Messages about aides' links."""

from __future__ import annotations

from coach.texts.facts import NUMBER, message

TOO_MANY = message(
    "aides.too_many", "you already have {limit} links for aides, which is the maximum; end "
                      "one first",
    limit=NUMBER,
)  # fmt: skip
CYCLE_OVER = message(
    "aides.cycle_over", "this cycle is over, so links for aides can no longer be created"
)
NO_SUCH_AIDE = message(
    "aides.no_such_aide", "this aide's link is not one of yours; reload the page"
)
TOO_MANY_ANSWERS = message(
    "aides.too_many_answers",
    "too many replies have been sent for this person today; try again tomorrow, or ask the "
    "person to reply on their own page",
)
