"""Published sessions whose gaps satisfy the policy."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.api.published import published_sessions

if TYPE_CHECKING:
    from conftest import World

    from api.sessions.session_details import SessionDetails
    from coach.sessions import Session
    from matching.result import Match, Result


def spaced(world: World, pairs: dict[str, str]) -> Result:
    """Return a result with two sessions per pair, three weeks apart."""
    result = world.result(pairs)
    matches = tuple(map(_spaced_match, result.matches))
    return result.model_copy(update={"matches": matches})


def second_session(world: World, cycle_id: str, code: str) -> SessionDetails:
    """Return a coachee's second session."""
    sessions = published_sessions(world, cycle_id)
    return next(one for one in sessions if one.coachee.code == code and one.number == 2)


def _spaced_match(match: Match) -> Match:
    return match.model_copy(update={"sessions": tuple(map(_later, match.sessions))})


def _later(session: Session) -> Session:
    more = timedelta(weeks=2 * (session.number - 1))
    return session.model_copy(update={"start": session.start + more, "end": session.end + more})
