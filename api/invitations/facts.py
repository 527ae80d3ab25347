"""What is said about invitations and their emails."""

from __future__ import annotations

from coach.texts.facts import FACT, NUMBER, message

FAILED_INVITATION = message(
    "invitations.failed_invitation", "Session {number}, {when}", number=NUMBER, when=FACT
)
FAILED_REMINDER = message(
    "invitations.failed_reminder",
    "Reminder about session {number}, {when}",
    number=NUMBER,
    when=FACT,
)
