"""Messages about consent."""

from __future__ import annotations

from coach.texts.facts import TEXT, message

TEXT_CHANGED = message("consent.text_changed", "the text has changed; please read it again")
# i18n: do not translate `version:`, `date: 2026-11-24` and `## `.
UNREADABLE = message(
    "consent.unreadable",
    "the consent text {path} is missing or malformed; it must contain the lines `version:` and "
    "`date: 2026-11-24`, a blank line, and sections that start with `## ` (see "
    "docs/how-to/tell-people-what-is-private.md)",
    path=TEXT,
)
# i18n: {problem} is an English message about the syntax of the file.
NOT_FILLED_IN = message(
    "consent.not_filled_in",
    "the settings cannot be inserted into the consent text {path}: {problem}; see "
    "docs/how-to/tell-people-what-is-private.md for the settings",
    path=TEXT,
    problem=TEXT,
)
