"""Sessions as shown to the office, the coachee and the coach, each in their time zone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from api.http.principal import AccessRole, Principal, Verification
from api.participants.person_summary import PersonSummary
from api.participants.rows import PersonRow, Side
from api.sessions import schedule
from api.sessions.rows import FeedbackRow, RecordRow, ReplyRow, SessionRow, SessionState
from api.sessions.session_details import SessionDetails
from coach.errors import NotFoundError
from coach.sessions import Attendance, Reply

if TYPE_CHECKING:
    from conftest import SharedServer, World

COACHEE, COACH, STRANGER = "C-1", "K-1", "C-2"
START = {  # the first session starts at 08:00 UTC; local start by reader
    "office": ("Europe/Belgrade", "2027-01-27T09:00:00+01:00"),
    COACHEE: ("Africa/Nairobi", "2027-01-27T11:00:00+03:00"),
    COACH: ("Europe/Helsinki", "2027-01-27T10:00:00+02:00"),
}


@dataclass
class Published:
    """Two sessions of a pair in different time zones, and one session of another pair.

    The coachee declined the first session and the coach accepted it. Both accepted the second
    session, the coachee before its time was changed and the coach after that. The first session has
    a record and feedback. The other pair's session ends after all others.
    """

    world: World
    cycle_id: str
    first: str
    second: str
    strangers: str

    def principal(self, reader: str) -> Principal:
        if reader == "office":
            return Principal(AccessRole.MANAGER, user_id="manager")
        role = AccessRole.COACHEE if reader.startswith("C") else AccessRole.COACH
        person_id = self.world.person_id(self.cycle_id, reader)
        return Principal(role, person_id=person_id, verification=Verification.CODE)

    def with_link_alone(self, reader: str) -> Principal:
        return replace(self.principal(reader), verification=None)

    def session(self, reader: str, session_id: str) -> SessionDetails:
        with self.world.database.reading() as tx:
            return schedule.session_details(tx, self.principal(reader), session_id)

    def schedule_of(self, reader: str) -> tuple[SessionDetails, ...]:
        with self.world.database.reading() as tx:
            if reader == "office":
                return schedule.cycle_schedule(tx, self.cycle_id)
            person_id = self.world.person_id(self.cycle_id, reader)
            return schedule.person_schedule(tx, person_id).sessions

    def summary(self, code: str, name: str, country: str, zone: str | None) -> PersonSummary:
        return PersonSummary(
            id=self.world.person_id(self.cycle_id, code),
            code=code,
            side=Side.COACHEE if code.startswith("C") else Side.COACH,
            name=name,
            country=country,
            timezone=zone,
        )


@pytest.fixture(scope="module")
def published(shared: SharedServer) -> Published:
    world = shared.world
    cycle_id = world.cycle()
    ids = {code: world.person_id(cycle_id, code) for code in (COACHEE, COACH, STRANGER)}
    with world.database.writing() as tx:
        for code in (COACHEE, COACH):
            tx.get_one(PersonRow, ids[code]).timezone = START[code][0]
    world.published(cycle_id, world.result({COACHEE: COACH, STRANGER: "K-2"}))
    with world.database.writing() as tx:
        of = {
            (session.coachee.code, session.number): session.id
            for session in schedule.cycle_schedule(tx, cycle_id)
        }
        first, second = of[COACHEE, 1], of[COACHEE, 2]
        row = tx.get_one(SessionRow, second)
        row.sequence = row.asked_sequence = 1
        tx.get_one(SessionRow, of[STRANGER, 1]).ends_at += timedelta(days=30)
        for session_id, code, reply, comment, sequence in (
            (first, COACHEE, Reply.DECLINED, "on leave", 0),
            (first, COACH, Reply.ACCEPTED, "looking forward to it", 0),
            (second, COACHEE, Reply.ACCEPTED, "", 0),
            (second, COACH, Reply.ACCEPTED, "", 1),
        ):
            tx.add(
                ReplyRow(
                    session_id=session_id,
                    person_id=ids[code],
                    reply=reply,
                    comment=comment,
                    sequence=sequence,
                    replied_at=world.services.now(),
                )
            )
        submitted = {
            "session_id": first,
            "attendance": Attendance.HELD,
            "submitted_at": world.services.now(),
        }
        tx.add(RecordRow(**submitted, author_id=ids[COACH], session_date=date(2027, 1, 27)))
        tx.add(FeedbackRow(**submitted, author_id=ids[COACHEE]))
    return Published(world, cycle_id, first, second, of[STRANGER, 1])


@pytest.mark.parametrize("reader", START)
def test_each_reader_sees_a_session_in_their_own_time_zone(
    published: Published, reader: str
) -> None:
    zone, start = START[reader]
    alone = published.session(reader, published.first)
    listed = next(one for one in published.schedule_of(reader) if one.id == published.first)
    assert alone == listed
    assert (alone.timezone, alone.start.isoformat()) == (zone, start)
    assert alone.end - alone.start == timedelta(minutes=90)
    assert alone.end.utcoffset() == alone.start.utcoffset()


def test_the_office_sees_both_people_and_their_replies(published: Published) -> None:
    session = published.session("office", published.first)
    assert session == SessionDetails(
        id=published.first,
        cycle_id=published.cycle_id,
        uid="C-1-K-1-1@test",
        number=1,
        count=2,
        start=session.start,
        end=session.end,
        timezone="Europe/Belgrade",
        state=SessionState.CONFIRMED,
        sequence=0,
        mode=None,
        place="",
        join_link="",
        topic="",
        coachee=published.summary(COACHEE, "Coachee 1", "RS", "Africa/Nairobi"),
        coach=published.summary(COACH, "Coach 1", "SE", "Europe/Helsinki"),
        coachee_reply=Reply.DECLINED,
        coach_reply=Reply.ACCEPTED,
        coachee_comment="on leave",
        coach_comment="looking forward to it",
        recorded=Attendance.HELD,
        has_record=True,
        feedback_given=True,
    )


def test_a_person_does_not_see_the_time_zone_or_reply_of_the_other_side(
    published: Published,
) -> None:
    office = published.session("office", published.first)
    coachee = published.session(COACHEE, published.first)
    assert coachee == office.model_copy(
        update={
            "timezone": "Africa/Nairobi",
            "coach": published.summary(COACH, "Coach 1", "SE", None),
            "coach_reply": None,
            "coach_comment": "",
        }
    )
    coach = published.session(COACH, published.first)
    assert coach == office.model_copy(
        update={
            "timezone": "Europe/Helsinki",
            "coachee": published.summary(COACHEE, "Coachee 1", "RS", None),
            "coachee_reply": None,
            "coachee_comment": "",
        }
    )


def test_a_reply_is_ignored_after_the_time_was_changed(published: Published) -> None:
    session = published.session("office", published.second)
    assert (session.coachee_reply, session.coach_reply) == (Reply.NONE, Reply.ACCEPTED)
    assert (session.coachee_comment, session.coach_comment) == ("", "")
    assert (session.sequence, session.recorded, session.feedback_given) == (1, None, False)


def test_a_schedule_lists_the_readers_sessions_in_chronological_order(
    published: Published,
) -> None:
    own = [published.first, published.second]
    assert [one.id for one in published.schedule_of(COACHEE)] == own
    assert [one.id for one in published.schedule_of(COACH)] == own
    every = published.schedule_of("office")
    assert [(one.coachee.code, one.number) for one in every] == [
        (COACHEE, 1), (STRANGER, 1), (COACHEE, 2), (STRANGER, 2),
    ]  # fmt: skip


def test_sessions_read_by_id_are_in_the_order_of_their_ids(published: Published) -> None:
    every = published.schedule_of("office")
    with published.world.database.reading() as tx:
        ids = schedule.session_ids(tx, published.cycle_id)
        assert list(ids) == [one.id for one in every]
        assert schedule.sessions_by_id(tx, published.cycle_id, ids[:0:-1]) == every[:0:-1]


def test_own_schedule_contains_attendance_only_if_its_reader_is_verified(
    published: Published,
) -> None:
    with published.world.database.reading() as tx:
        own = schedule.own_schedule(tx, published.principal(COACH))
        unverified = schedule.own_schedule(tx, published.with_link_alone(COACH))
    assert own.person.code == COACH
    assert [one.recorded for one in own.sessions] == [Attendance.HELD, None]
    hidden = [one.model_copy(update={"recorded": None}) for one in own.sessions]
    assert unverified == own.model_copy(update={"sessions": tuple(hidden)})


def test_a_session_contains_attendance_only_if_its_reader_is_verified(
    published: Published,
) -> None:
    shown = published.session(COACHEE, published.first)
    with published.world.database.reading() as tx:
        principal = published.with_link_alone(COACHEE)
        unverified = schedule.session_details(tx, principal, published.first)
    assert shown.recorded is Attendance.HELD
    assert unverified == shown.model_copy(update={"recorded": None})


def test_the_schedule_of_a_person_contains_the_person_and_the_cycle(
    published: Published,
) -> None:
    with published.world.database.reading() as tx:
        page = schedule.person_schedule(tx, published.world.person_id(published.cycle_id, COACH))
    assert page.person == published.summary(COACH, "Coach 1", "SE", "Europe/Helsinki")
    assert (page.cycle_id, page.cycle_name) == (published.cycle_id, "Regional cycle 2027/1")


@pytest.mark.parametrize("reader", [COACHEE, COACH])
def test_a_session_of_another_pair_is_not_found(published: Published, reader: str) -> None:
    principal = published.principal(reader)
    message = f"there is no session {published.strangers}"
    with published.world.database.reading() as tx:
        for find in (schedule.session_details, schedule.own_session):
            with pytest.raises(NotFoundError, match=message):
                find(tx, principal, published.strangers)


def test_a_persons_id_with_another_role_gives_no_access(published: Published) -> None:
    with published.world.database.reading() as tx:
        for code, role in (
            (COACHEE, AccessRole.COACH),
            (COACH, AccessRole.COACHEE),
            (COACHEE, AccessRole.AUDITOR),
            (COACH, AccessRole.ANONYMOUS),
        ):
            person_id = published.world.person_id(published.cycle_id, code)
            for find in (schedule.session_details, schedule.own_session):
                with pytest.raises(NotFoundError):
                    find(tx, Principal(role, person_id=person_id), published.first)


@pytest.mark.parametrize("reader", START)
def test_own_session_returns_the_row_to_its_participants(published: Published, reader: str) -> None:
    with published.world.database.reading() as tx:
        row = schedule.own_session(tx, published.principal(reader), published.first)
        assert row.id == published.first


def test_errors_about_missing_objects_contain_their_ids(published: Published) -> None:
    office = published.principal("office")
    with published.world.database.reading() as tx:
        for find in (schedule.session_details, schedule.own_session):
            with pytest.raises(NotFoundError, match="there is no session missing"):
                find(tx, office, "missing")
        with pytest.raises(NotFoundError, match="there is no person missing"):
            schedule.person_schedule(tx, "missing")
        with pytest.raises(NotFoundError):
            schedule.cycle_schedule(tx, "missing")
        with pytest.raises(NotFoundError):
            schedule.sessions_by_id(tx, "missing", [published.first])
        with pytest.raises(NotFoundError, match="there is no person"):
            schedule.own_schedule(tx, office)
