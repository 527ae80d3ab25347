"""What the pages that read across subjects say."""

from __future__ import annotations

from coach.texts.facts import FACT, NUMBER, message

NOT_CHECKED = message(
    "overview.trail_not_checked",
    "The audit trail has not been checked yet. A worker checks it once a day; to check it now, run "
    "gender-coach audit verify.",
)
TRAIL_BROKEN = message(
    "overview.trail_broken",
    "The audit trail is broken: on {when}, the seal of row {row} of {rows} did not match. That row "
    "or an earlier one was altered, removed or inserted.",
    when=FACT,
    row=NUMBER,
    rows=NUMBER,
)
TRAIL_INTACT = message(
    "overview.trail_intact",
    "The audit trail is intact: on {when}, the seals of all {rows} rows matched.",
    when=FACT,
    rows=NUMBER,
)
