"""The part of a result that is required for publishing: its matches without verdicts."""

from __future__ import annotations

from pydantic import BaseModel

from coach.sessions import Session


class PlannedPair(BaseModel):
    """A match without its verdicts, which take the longest to parse."""

    coachee: str
    coach: str
    sessions: tuple[Session, ...]


class PlannedPairs(BaseModel):
    """The matches of a result."""

    matches: tuple[PlannedPair, ...]
