"""Messages about guidance cards."""

from __future__ import annotations

from coach.texts.facts import TEXT, message

NOT_A_COUNTRY = message(
    "guidance.not_a_country",
    "{text} is not the code of a country or territory; use a two-letter code, such as RS",
    text=TEXT,
)
REVIEWED_LATER = message(
    "guidance.reviewed_later",
    "the review date cannot be in the future; enter the day on which the review took place",
)
EMPTY = message("guidance.empty", "is empty; fill it in")
