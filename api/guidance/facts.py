"""Messages about guidance cards."""

from __future__ import annotations

from coach.texts.facts import TEXT, message

NOT_FOUND = message("guidance.not_found", "there is no guidance card for {country}", country=TEXT)
NOT_UTF8 = message("guidance.not_utf8", "this is not a UTF-8 text file; save it in UTF-8")
TOO_LARGE = message(
    "guidance.too_large",
    "the file is too large for a guidance card; check that it is the right file",
)
STATE_MISSING = message("guidance.state_missing", "missing")
STATE_DUE = message("guidance.state_due", "review due")
STATE_CURRENT = message("guidance.state_current", "current")
