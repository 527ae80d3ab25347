"""Schedules: the programme office's view of a cycle's sessions, and each person's own sessions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session as Transaction
from sqlalchemy.orm import aliased

from api.cycles.rows import CycleRow
from api.cycles.service import cycle_row
from api.database.existing_row import no_such_row
from api.http.principal import AccessRole, Principal
from api.participants.person_summary import PersonSummary
from api.participants.rows import PersonRow, Side
from api.sessions import facts
from api.sessions.rows import FeedbackRow, RecordRow, ReplyRow, SessionRow
from api.sessions.session_details import SessionDetails
from api.values import FrozenModel
from coach.errors import NotFoundError
from coach.sessions import Reply


class PersonSchedule(FrozenModel):
    """A person's cycle and sessions, as shown on the pages of the person's secret link."""

    person: PersonSummary
    cycle_id: str
    cycle_name: str
    sessions: tuple[SessionDetails, ...]


_PERSON = (
    select(
        PersonRow.id,
        PersonRow.code,
        PersonRow.side,
        PersonRow.name,
        PersonRow.profile["country"].as_string().label("country"),
        PersonRow.timezone,
        PersonRow.cycle_id,
        CycleRow.name.label("cycle_name"),
    )
    .join(CycleRow, CycleRow.id == PersonRow.cycle_id)
    .where(PersonRow.id == bindparam("person_id"))
)


def cycle_schedule(tx: Transaction, cycle_id: str) -> tuple[SessionDetails, ...]:
    """Return all published sessions of a cycle, including cancelled ones, in chronological order.

    Times are in the cycle's time zone.

    Raises:
        NotFoundError: there is no such cycle.
    """
    zone = _cycle_zone(tx, cycle_id)
    return _views(tx.execute(_CYCLE_SESSIONS, {"cycle_id": cycle_id}), zone, reader=None)


def session_ids(tx: Transaction, cycle_id: str) -> Sequence[str]:
    """Return the ids of all published sessions of a cycle in chronological order."""
    return tx.scalars(
        select(SessionRow.id)
        .where(SessionRow.cycle_id == cycle_id)
        .order_by(SessionRow.starts_at, SessionRow.uid)
    ).all()


def sessions_by_id(
    tx: Transaction, cycle_id: str, ids: Sequence[str]
) -> tuple[SessionDetails, ...]:
    """Return the sessions with these ids in the given order, in the cycle's time zone.

    Raises:
        NotFoundError: there is no such cycle.
    """
    zone = _cycle_zone(tx, cycle_id)
    rows = tx.execute(_SESSIONS.where(SessionRow.id.in_(ids)))
    found = {one.id: one for one in _views(rows, zone, reader=None)}
    return tuple(found[one] for one in ids)


def person_schedule(tx: Transaction, person_id: str) -> PersonSchedule:
    """Return a person's sessions in chronological order, with times in the person's time zone.

    Raises:
        NotFoundError: there is no such person.
    """
    found = tx.execute(_PERSON, {"person_id": person_id}).one_or_none()
    if found is None:
        raise no_such_row(person_id, "person")
    rows = tx.execute(_PERSON_SESSIONS, {"person_id": person_id})
    return PersonSchedule(
        person=PersonSummary(
            id=found.id,
            code=found.code,
            side=found.side,
            name=found.name,
            country=found.country,
            timezone=found.timezone,
        ),
        cycle_id=found.cycle_id,
        cycle_name=found.cycle_name,
        sessions=_views(rows, found.timezone, reader=person_id),
    )


def own_schedule(tx: Transaction, principal: Principal) -> PersonSchedule:
    """Return the principal's own sessions; see `person_schedule`.

    Attendance is omitted unless the principal is verified.

    Raises:
        NotFoundError: `principal` is not a participant in a cycle.
    """
    schedule = person_schedule(tx, principal.person_id or "")
    if principal.is_verified:
        return schedule
    return schedule.model_copy(
        update={"sessions": tuple(map(_without_attendance, schedule.sessions))}
    )


def session_details(tx: Transaction, principal: Principal, session_id: str) -> SessionDetails:
    """Return a session as shown to `principal`, a manager or one of its two participants.

    Raises:
        NotFoundError: there is no such session, or `principal` may not see it.
    """
    row = tx.execute(_ONE_SESSION, {"session_id": session_id}).one_or_none()
    if row is None or not (principal.is_manager or _takes_part(row, principal)):
        raise _session_not_found(session_id)
    if principal.is_manager:
        zone = _cycle_zone(tx, row.cycle_id)
    else:
        zone = row.coachee_timezone if row.coachee_id == principal.person_id else row.coach_timezone
    (session,) = _views([row], zone, reader=principal.person_id)
    return session if principal.is_verified else _without_attendance(session)


def own_session(tx: Transaction, principal: Principal, session_id: str) -> SessionRow:
    """Return a session's row if `principal` is a manager or one of its two participants.

    Raises:
        NotFoundError: there is no such session, or `principal` may not see it. The message does not
            reveal which.
    """
    row = tx.get(SessionRow, session_id)
    if row is None or not (principal.is_manager or _takes_part(row, principal)):
        raise _session_not_found(session_id)
    return row


def _session_not_found(session_id: str) -> NotFoundError:
    return NotFoundError(facts.NOT_FOUND(id=session_id))


def _takes_part(row: Any, principal: Principal) -> bool:  # noqa: ANN401 - a session, as its row or its columns
    owner = {AccessRole.COACHEE: row.coachee_id, AccessRole.COACH: row.coach_id}.get(principal.role)
    return owner is not None and owner == principal.person_id


def _session_query() -> Select[Any]:
    """Return the query for sessions with their people, replies, record, and feedback.

    Every participant's page runs this query, and building it takes longer than executing it. It is
    therefore built once, and selects columns instead of objects.
    """
    coachee, coach = aliased(PersonRow), aliased(PersonRow)
    of_coachee, of_coach = aliased(ReplyRow), aliased(ReplyRow)
    sides = ((coachee, of_coachee, "coachee"), (coach, of_coach, "coach"))
    people = [
        column.label(f"{side}_{name}")
        for person, reply, side in sides
        for name, column in (
            ("code", person.code),
            ("name", person.name),
            ("country", person.profile["country"].as_string()),
            ("timezone", person.timezone),
            ("replied", reply.reply),
            ("replied_to", reply.sequence),
            ("comment", reply.comment),
        )
    ]
    return (
        select(
            *SessionRow.__table__.columns,
            *people,
            RecordRow.attendance,
            FeedbackRow.id.label("feedback_id"),
        )
        .join(coachee, coachee.id == SessionRow.coachee_id)
        .join(coach, coach.id == SessionRow.coach_id)
        .outerjoin(
            of_coachee,
            (of_coachee.session_id == SessionRow.id)
            & (of_coachee.person_id == SessionRow.coachee_id),
        )
        .outerjoin(
            of_coach,
            (of_coach.session_id == SessionRow.id) & (of_coach.person_id == SessionRow.coach_id),
        )
        .outerjoin(RecordRow, RecordRow.session_id == SessionRow.id)
        .outerjoin(FeedbackRow, FeedbackRow.session_id == SessionRow.id)
        .order_by(SessionRow.starts_at, SessionRow.uid)
    )


_SESSIONS = _session_query()
_CYCLE_SESSIONS = _SESSIONS.where(SessionRow.cycle_id == bindparam("cycle_id"))
_PERSON_SESSIONS = _SESSIONS.where(
    (SessionRow.coachee_id == bindparam("person_id"))
    | (SessionRow.coach_id == bindparam("person_id"))
)
_ONE_SESSION = _SESSIONS.where(SessionRow.id == bindparam("session_id"))


def _views(rows: Iterable[Any], timezone: str, *, reader: str | None) -> tuple[SessionDetails, ...]:
    """Convert rows of `_SESSIONS` to `SessionDetails` for `reader`; `None` means the office."""
    zone = ZoneInfo(timezone)
    return tuple(_view(row, timezone, zone, reader) for row in rows)


def _view(row: Any, timezone: str, zone: ZoneInfo, reader: str | None) -> SessionDetails:  # noqa: ANN401 - a row of columns
    to_coachee, to_coach = reader in {None, row.coachee_id}, reader in {None, row.coach_id}
    return SessionDetails(
        id=row.id,
        cycle_id=row.cycle_id,
        uid=row.uid,
        number=row.number,
        count=row.count,
        start=row.starts_at.astimezone(zone),
        end=row.ends_at.astimezone(zone),
        timezone=timezone,
        state=row.state,
        sequence=row.sequence,
        mode=row.mode,
        place=row.place,
        join_link=row.join_link,
        topic=row.topic,
        coachee=PersonSummary(
            id=row.coachee_id,
            code=row.coachee_code,
            side=Side.COACHEE,
            name=row.coachee_name,
            country=row.coachee_country,
            timezone=row.coachee_timezone if to_coachee else None,
        ),
        coach=PersonSummary(
            id=row.coach_id,
            code=row.coach_code,
            side=Side.COACH,
            name=row.coach_name,
            country=row.coach_country,
            timezone=row.coach_timezone if to_coach else None,
        ),
        coachee_reply=_current_reply(row, row.coachee_replied, row.coachee_replied_to)
        if to_coachee
        else None,
        coach_reply=_current_reply(row, row.coach_replied, row.coach_replied_to)
        if to_coach
        else None,
        coachee_comment=(row.coachee_comment or "") if to_coachee else "",
        coach_comment=(row.coach_comment or "") if to_coach else "",
        has_record=row.attendance is not None,
        recorded=row.attendance,
        feedback_given=row.feedback_id is not None,
    )


def _without_attendance(session: SessionDetails) -> SessionDetails:
    return session.model_copy(update={"recorded": None})


def _current_reply(row: Any, reply: Reply | None, sequence: int | None) -> Reply:  # noqa: ANN401 - as above
    if reply is None or sequence is None or sequence < row.asked_sequence:
        return Reply.NONE
    return reply


def _cycle_zone(tx: Transaction, cycle_id: str) -> str:
    zone: str = cycle_row(tx, cycle_id).policy["cycle"]["timezone"]
    return zone
