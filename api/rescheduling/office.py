"""The programme office's use cases for moving and cancelling sessions, and setting details.

The resulting emails are drafts, which the office reviews and releases with its other drafts.
"""

from __future__ import annotations

from api.http.principal import Principal
from api.invitations.announce import JoinLink, Place, SessionChange, announce
from api.rescheduling import facts
from api.rescheduling.moving import apply_new_time, require_allowed
from api.rescheduling.pair_calendars import pair_calendar, pair_sessions
from api.rescheduling.slots import NewTime, in_minutes, require_movable
from api.services import Services
from api.sessions.schedule import own_session, session_details
from api.sessions.session_details import SessionDetails
from api.values import FrozenModel
from coach.errors import ConflictError
from coach.feedback import LongText
from coach.sessions import SessionMode
from matching.rescheduling.start_problems import start_problems


class MoveInput(NewTime):
    """A new time for a session; a `reason` allows a time outside the rules."""

    reason: LongText = ""


def move_session(
    services: Services, principal: Principal, session_id: str, move: MoveInput
) -> SessionDetails:
    """Move a session to another time, and return it.

    Raises:
        NotFoundError: there is no such session.
        OutsideRulesError: the time is outside the rules, and no reason was given.
        ConflictError: the session cannot be moved, or cannot be moved to this time.
    """
    now = services.now()
    with services.database.writing() as tx:
        session = own_session(tx, principal, session_id)
        require_movable(session, now)
        if move.start == session.starts_at:
            raise ConflictError(facts.SAME_TIME())
        starts = in_minutes(move.by_number(session.number))
        problems = start_problems(pair_calendar(tx, session, not_before=now), starts)
        require_allowed(tx, session, move.start, problems, move.reason, now=now)
        apply_new_time(tx, services, session, move, release=False, now=now)
        return session_details(tx, principal, session_id)


def cancel_session(services: Services, principal: Principal, session_id: str) -> SessionDetails:
    """Cancel a session, and return it.

    Raises:
        NotFoundError: there is no such session.
        ConflictError: the session is already cancelled or has started.
    """
    with services.database.writing() as tx:
        session = own_session(tx, principal, session_id)
        announce(tx, session, SessionChange(cancelled=True), now=services.now())
        return session_details(tx, principal, session_id)


class DetailsInput(FrozenModel):
    """The mode, place, link and topic of a session; omitted fields do not change.

    Attributes:
        mode: how the participants meet; `None` if they arrange this themselves.
        place: the place of the meeting.
        join_link: the `https` URL of an online meeting.
        topic: the topic, which is shown on pages but never sent.
        whole_series: whether to change all upcoming sessions of the pair.
    """

    mode: SessionMode | None = None
    place: Place = ""
    join_link: JoinLink = ""
    topic: LongText = ""
    whole_series: bool = False

    @property
    def change(self) -> SessionChange:
        """The change to make to each session."""
        return SessionChange(**self.model_dump(include=self.model_fields_set - {"whole_series"}))


def set_details(
    services: Services, principal: Principal, session_id: str, details: DetailsInput
) -> SessionDetails:
    """Set the mode, place, link and topic of a session, or of all its pair's upcoming sessions.

    Raises:
        NotFoundError: there is no such session.
        ConflictError: the session is cancelled or has started, or no change is given.
    """
    now = services.now()
    if not details.change.model_fields_set:
        raise ConflictError(facts.NOTHING_TO_CHANGE())
    with services.database.writing() as tx:
        session = own_session(tx, principal, session_id)
        rows = [session]
        if details.whole_series:
            coming = (row for row in pair_sessions(tx, session) if row.starts_at > now)
            rows += [row for row in coming if row is not session]
        for row in rows:
            announce(tx, row, details.change, now=now)
        return session_details(tx, principal, session_id)
