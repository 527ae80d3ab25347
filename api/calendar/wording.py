"""The neutral words of invitations.

An aide reads a commander's calendar and mail, so nothing here says more than that a coaching
session takes place: no names, no topics, and the programme only where the deployment says so.
"""

from __future__ import annotations

from api.organisation import Organisation
from coach.invitations import Invitation

PRODUCT = "-//Coaching scheduler//EN"


def summary(invitation: Invitation, deployment: Organisation) -> str:
    """`Coaching session 2 of 6`, with the programme's name before it where it may be shown."""
    text = f"Coaching session {invitation.number} of {invitation.count}"
    return f"{deployment.programme_name}: {text}" if deployment.programme_name else text


def invitation_file_name(invitation: Invitation, suffix: str) -> str:
    """`coaching-session-2.ics` for the suffix `.ics`."""
    return f"coaching-session-{invitation.number}{suffix}"
