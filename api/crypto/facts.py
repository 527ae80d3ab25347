"""Why passwords are too weak."""

from __future__ import annotations

from coach.texts.facts import FACT, NUMBER, Message, message

TOO_SHORT = message(
    "password.too_short",
    "use at least {limit} characters; four unrelated words are fine",
    limit=NUMBER,
)
TOO_LONG = message("password.too_long", "use at most {limit} characters", limit=NUMBER)
# i18n: `why` is a sentence without its full stop, such as "Recent years are easy to guess".
WEAK = message(
    "password.weak",
    "{why}; use four unrelated words, or let a password manager choose",
    why=FACT,
)
EASY_TO_GUESS = message("password.easy_to_guess", "this password is easy to guess")

WARNINGS: dict[str, Message] = {
    f"{one.text}.": one
    for one in (
        message("password.straight_row", "Straight rows of keys are easy to guess"),
        message("password.keyboard_pattern", "Short keyboard patterns are easy to guess"),
        message("password.repeated_letter", 'Repeats like "aaa" are easy to guess'),
        message(
            "password.repeated_group",
            'Repeats like "abcabcabc" are only slightly harder to guess than "abc"',
        ),
        message("password.sequence", 'Sequences like "abc" or "6543" are easy to guess'),
        message("password.recent_year", "Recent years are easy to guess"),
        message("password.date", "Dates are often easy to guess"),
        message("password.top_10", "This is a top-10 common password"),
        message("password.top_100", "This is a top-100 common password"),
        message("password.common", "This is a very common password"),
        message("password.similar", "This is similar to a commonly used password"),
        message("password.word", "A word by itself is easy to guess"),
        message("password.name", "Names and surnames by themselves are easy to guess"),
        message("password.common_name", "Common names and surnames are easy to guess"),
    )
}
"""The messages by the warning of zxcvbn that they repeat."""
