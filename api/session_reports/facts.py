"""What the reports on sessions say: the shared record, notes and feedback."""

from __future__ import annotations

from coach.texts.facts import FACT, message

FEEDBACK_TOO_EARLY = message(
    "session_reports.feedback_too_early",
    "you can give feedback from {when}, or as soon as the coach has recorded that the session was "
    "held earlier",
    when=FACT,
)
