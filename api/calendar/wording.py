"""Neutral texts for invitations.

Aides may read commanders' calendars and emails. The titles of invitations therefore contain neither
names nor topics, and mention the programme only if its name is configured.
"""

from __future__ import annotations

from functools import lru_cache

from api.calendar import facts
from api.organisation import Organisation
from coach.group_events import GroupEventKind
from coach.invitations import Invitation
from coach.texts.facts import Fact
from coach.texts.renderer import Renderer

PRODUCT = "-//Coaching scheduler//EN"


def summary(invitation: Invitation, deployment: Organisation, texts: Renderer) -> str:
    """Return a title like `Coaching session 2 of 6`, prefixed with the programme's name, if any.

    For a group event, the title is, for example, `Group session: seminar`.
    """
    programme = deployment.programme_name
    if invitation.event is not None:
        return event_title(texts, invitation.event, programme)
    return session_title(texts, invitation.number, invitation.count, programme)


@lru_cache(maxsize=256)
def session_title(texts: Renderer, number: int, count: int, programme: str | None) -> str:
    """Return the title of session `number` of `count`; see `summary`."""
    return _titled(texts, facts.numbered_session(number, count), programme)


@lru_cache(maxsize=256)
def event_title(texts: Renderer, kind: GroupEventKind, programme: str | None) -> str:
    """Return the title of a group event; see `summary`."""
    return _titled(texts, facts.group_session(kind), programme)


def _titled(texts: Renderer, session: Fact, programme: str | None) -> str:
    if programme is None:
        return texts.text(session)
    return texts.text(facts.SESSION_OF_PROGRAMME(programme=programme, session=session))


def invitation_file_name(invitation: Invitation, suffix: str) -> str:
    """Return the name of an attachment, such as `coaching-session-2.ics` for the suffix `.ics`."""
    if invitation.event is not None:
        return f"group-session{suffix}"
    return f"coaching-session-{invitation.number}{suffix}"
