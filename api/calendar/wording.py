"""Neutral texts for invitations.

Aides may read commanders' calendars and emails. Invitations therefore announce a coaching session
without names or topics, and mention the programme only if its name is configured.
"""

from __future__ import annotations

from api.organisation import Organisation
from coach.invitations import Invitation

PRODUCT = "-//Coaching scheduler//EN"


def summary(invitation: Invitation, deployment: Organisation) -> str:
    """Return `Coaching session 2 of 6`, prefixed with the programme's name if it is configured."""
    text = f"Coaching session {invitation.number} of {invitation.count}"
    return f"{deployment.programme_name}: {text}" if deployment.programme_name else text


def invitation_file_name(invitation: Invitation, suffix: str) -> str:
    """Return the name of an attachment, such as `coaching-session-2.ics` for the suffix `.ics`."""
    return f"coaching-session-{invitation.number}{suffix}"
