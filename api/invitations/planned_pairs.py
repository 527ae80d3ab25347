"""The part of a result required for publishing: its matches without verdicts."""

from __future__ import annotations

from pydantic import AwareDatetime, BaseModel


class PlannedSession(BaseModel):
    """A session of a match; see `coach.sessions.Session`."""

    uid: str
    number: int
    start: AwareDatetime
    end: AwareDatetime


class PlannedPair(BaseModel):
    """A match without its verdicts, which take the longest to parse."""

    coachee: str
    coach: str
    sessions: tuple[PlannedSession, ...]

    @property
    def count(self) -> int:
        """The number of the last session."""
        return max((session.number for session in self.sessions), default=0)


class PlannedPairs(BaseModel):
    """The matches of a result."""

    matches: tuple[PlannedPair, ...]
