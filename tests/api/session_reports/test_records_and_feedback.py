"""Shared records and feedback: conditions for submitting them, and visibility."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from api.http.principal import AccessRole, Principal
from api.participants.rows import Side
from api.session_reports import feedback as feedback_reports
from api.session_reports import records
from api.sessions.schedule import own_session
from coach.errors import ConflictError, NotAllowedError, UnusableInputError
from coach.feedback import Feedback, SharedRecord
from coach.sessions import Attendance
from tests.api.published import principal_of, published_sessions
from tests.instruments import AFTER_SESSION

if TYPE_CHECKING:
    from conftest import World


PAIRS = {"C-1": "K-1", "C-2": "K-2"}


def test_a_later_record_replaces_an_earlier_one(world: World) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    session = published_sessions(world, cycle_id)[0]
    coach, coachee = principal_of(session, Side.COACH), principal_of(session, Side.COACHEE)
    now = session.end
    with world.database.writing() as tx:
        for topic in ("First", "Second"):
            record = SharedRecord(
                session_date=date(2027, 1, 27), attendance=Attendance.HELD, topic=topic
            )
            records.store_record(tx, coach, own_session(tx, coach, session.id), record, now=now)
        seen = records.find_record(tx, session.id)
        with pytest.raises(NotAllowedError):
            records.store_record(tx, coachee, own_session(tx, coachee, session.id), record, now=now)
    assert (seen.topic, seen.version) == ("Second", 2)
    assert published_sessions(world, cycle_id)[0].recorded is Attendance.HELD


def _record(day: date, attendance: Attendance) -> SharedRecord:
    return SharedRecord(session_date=day, attendance=attendance, topic="own role")


@pytest.mark.parametrize("attendance", [Attendance.HELD, Attendance.DELEGATE, Attendance.NO_SHOW])
def test_an_upcoming_session_cannot_be_recorded_as_held(
    world: World, attendance: Attendance
) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    session = published_sessions(world, cycle_id)[0]
    coach = principal_of(session, Side.COACH)
    late = datetime(2027, 1, 22, 23, 30, tzinfo=UTC)  # already the 23rd in the coach's time zone
    early = _record(date(2027, 1, 24), attendance)
    with world.database.writing() as tx:
        with pytest.raises(UnusableInputError, match="the date on which you met"):
            records.store_record(tx, coach, own_session(tx, coach, session.id), early, now=late)
        assert records.find_record(tx, session.id) is None
        met = _record(date(2027, 1, 23), attendance)  # earlier than planned
        assert (
            records.store_record(
                tx, coach, own_session(tx, coach, session.id), met, now=late
            ).version
            == 1
        )


def test_an_upcoming_session_can_be_recorded_as_cancelled(world: World) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    session = published_sessions(world, cycle_id)[0]
    with world.database.writing() as tx:
        record = _record(session.start.date(), Attendance.CANCELLED)
        view = records.store_record(
            tx,
            principal_of(session, Side.COACH),
            own_session(tx, principal_of(session, Side.COACH), session.id),
            record,
            now=session.start - timedelta(7),
        )
    assert view.attendance is Attendance.CANCELLED


def test_feedback_is_accepted_from_the_start_of_the_session_or_once_recorded_as_held(
    world: World,
) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    session, other, *_ = published_sessions(world, cycle_id)
    coach, coachee = principal_of(session, Side.COACH), principal_of(session, Side.COACHEE)
    feedback = Feedback(attendance=Attendance.HELD, answers={"useful": 5})
    before, day = session.start - timedelta(2), (session.start - timedelta(3)).date()
    with world.database.writing() as tx:
        for attendance in (None, Attendance.CANCELLED, Attendance.NO_SHOW):
            if attendance is not None:
                record = _record(day, attendance)
                records.store_record(
                    tx, coach, own_session(tx, coach, session.id), record, now=before
                )
            with pytest.raises(ConflictError, match="from Wednesday 27 January 2027, 09:00"):
                feedback_reports.store_feedback(
                    tx,
                    coachee,
                    own_session(tx, coachee, session.id),
                    feedback,
                    instrument=AFTER_SESSION,
                    now=before,
                )
        records.store_record(
            tx, coach, own_session(tx, coach, session.id), _record(day, Attendance.HELD), now=before
        )
        feedback_reports.store_feedback(
            tx,
            coachee,
            own_session(tx, coachee, session.id),
            feedback,
            instrument=AFTER_SESSION,
            now=before,
        )
        theirs = principal_of(other, Side.COACHEE)
        feedback_reports.store_feedback(
            tx,
            theirs,
            own_session(tx, theirs, other.id),
            feedback,
            instrument=AFTER_SESSION,
            now=other.start,
        )


def test_the_coach_cannot_read_the_feedback(world: World) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    session = published_sessions(world, cycle_id)[0]
    coach, coachee = principal_of(session, Side.COACH), principal_of(session, Side.COACHEE)
    manager, now = Principal(AccessRole.MANAGER, user_id="office"), session.start
    feedback = Feedback(attendance=Attendance.HELD, answers={"useful": 2}, text="too hasty")
    with world.database.writing() as tx:
        feedback_reports.store_feedback(
            tx,
            coachee,
            own_session(tx, coachee, session.id),
            feedback,
            instrument=AFTER_SESSION,
            now=now,
        )
        mine = feedback_reports.find_feedback(tx, coachee, session.id)
        assert [one.answers for one in mine.answered] == [{"useful": 2}]
        office = feedback_reports.find_feedback(tx, manager, session.id)
        assert (office.text, office.answered) == ("too hasty", ())
        assert feedback_reports.find_feedback(tx, coach, session.id) is None
        with pytest.raises(NotAllowedError):
            feedback_reports.store_feedback(
                tx,
                coach,
                own_session(tx, coach, session.id),
                feedback,
                instrument=AFTER_SESSION,
                now=now,
            )
