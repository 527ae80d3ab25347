"""Messages about replies to invitations."""

from __future__ import annotations

from coach.texts.facts import message

ACCEPT = message("replies.accept", "Accept this session")
DECLINE = message("replies.decline", "Decline this session")
