"""Group events: the messages to each person after changes, and when people join or leave."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from api.group_events import attendance, changes, own, reading
from api.group_events.attendance import AttendanceInput, PersonAttendance
from api.group_events.entered import GroupDateInput, GroupEventInput
from api.group_events.invited import update_cycle
from api.http.principal import AccessRole, Principal
from api.invitations.outgoing_invitation import stored_message
from api.mail.rows import MailRow
from api.participants.rows import PersonRow
from api.sessions.replies import ReplyInput
from coach.errors import ChangedSinceError, ConflictError, NotFoundError
from coach.group_events import Audience, GroupEventKind
from coach.invitations import Message, Method, PartStat
from coach.sessions import Reply

if TYPE_CHECKING:
    from conftest import World

    from api.group_events.views import GroupEvent
    from api.services import Services

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
DAY = date(2027, 1, 27)
ACCEPTED, DECLINED = ReplyInput(reply=Reply.ACCEPTED), ReplyInput(reply=Reply.DECLINED)


def seminar(**changed: Any) -> GroupEventInput:  # noqa: ANN401 - any field
    given: dict[str, Any] = {
        "kind": GroupEventKind.SEMINAR,
        "title": "Resistance",
        "timezone": "Europe/Belgrade",
        "minutes": 180,
        "dates": (GroupDateInput(day=DAY, clock=time(9)),),
        "place": "Belgrade",
    }
    return GroupEventInput(**(given | changed))


def at(world: World, moment: datetime = NOW) -> Services:
    return replace(world.services, now=lambda: moment)


def moved(event: GroupEvent, clock: time = time(14)) -> GroupEventInput:
    first = GroupDateInput(id=event.dates[0].id, day=DAY, clock=clock)
    return seminar(dates=(first,))


def messages(world: World, code: str) -> list[Message]:
    """Return the messages to a person in the order of their creation."""
    with world.database.reading() as tx:
        of_person = PersonRow.code == code
        mails = tx.scalars(
            select(MailRow)
            .join(PersonRow, PersonRow.id == MailRow.person_id)
            .where(of_person, MailRow.group_invitation_id.is_not(None))
            .order_by(MailRow.occasion)
        )
        return list(map(stored_message, mails))


def principal(world: World, cycle_id: str, code: str) -> Principal:
    return Principal(AccessRole.COACHEE, person_id=world.person_id(cycle_id, code))


def own_ids(world: World, cycle_id: str, code: str) -> list[str]:
    found = own.read_own_events(at(world), principal(world, cycle_id, code))
    return [one.id for one in found]


def leave(world: World, cycle_id: str, code: str, *, left: bool = True) -> None:
    with world.database.writing() as tx:
        row = tx.get_one(PersonRow, world.person_id(cycle_id, code))
        row.left_at = at(world).now() if left else None
        update_cycle(tx, at(world), cycle_id)


def test_each_person_is_invited_alone(world: World) -> None:
    cycle_id = world.cycle(coachees=2, coaches=1)
    event = changes.create_event(at(world), cycle_id, seminar())
    assert {one.person.code for one in event.invited} == {"C-1", "C-2", "K-1"}
    assert event.dates[0].start == datetime(2027, 1, 27, 8, tzinfo=UTC)
    (message,) = messages(world, "C-1")
    assert (message.method, message.sequence) == (Method.REQUEST, 0)
    assert message.refuses_counter
    assert "Resistance" not in message.model_dump_json()


def test_only_people_of_the_audience_are_invited_and_nobody_of_another_cycle(world: World) -> None:
    cycle_id = world.cycle(coachees=2, coaches=1)
    chosen = world.person_id(cycle_id, "C-2")
    for audience, people, expected in (
        (Audience.COACHEES, (), {"C-1", "C-2"}),
        (Audience.COACHES, (), {"K-1"}),
        (Audience.CHOSEN, (chosen,), {"C-2"}),
    ):
        entered = seminar(audience=audience, people=people)
        event = changes.create_event(at(world), cycle_id, entered)
        assert {one.person.code for one in event.invited} == expected
    other = world.person_id(world.cycle(), "C-1")
    with pytest.raises(ConflictError, match="not in this cycle"):
        changes.create_event(
            at(world), cycle_id, seminar(audience=Audience.CHOSEN, people=(other,))
        )


def test_only_a_new_time_asks_again(world: World) -> None:
    cycle_id, services = world.cycle(coachees=2, coaches=1), at(world)
    event = changes.create_event(services, cycle_id, seminar())
    me = principal(world, cycle_id, "C-1")
    (mine,) = own_ids(world, cycle_id, "C-1")
    own.reply_to_event(services, me, mine, ACCEPTED)
    place = seminar(place="Sarajevo")
    changes.change_event(services, cycle_id, event.id, place, version=event.version)
    last = messages(world, "C-1")[-1]
    assert (last.sequence, last.partstat, last.asks_again) == (0, PartStat.ACCEPTED, False)
    assert messages(world, "C-2")[-1].partstat is PartStat.NEEDS_ACTION
    changed = changes.change_event(services, cycle_id, event.id, moved(event), version=2)
    last = messages(world, "C-1")[-1]
    assert (last.sequence, last.partstat, last.asks_again) == (1, PartStat.NEEDS_ACTION, True)
    assert {one.reply for one in changed.invited} == {Reply.NONE}
    again = changes.change_event(services, cycle_id, event.id, moved(event), version=3)
    assert len(messages(world, "C-1")) == 3
    assert again.version == 4


def test_cancelling_tells_everybody_once(world: World) -> None:
    cycle_id, services = world.cycle(coachees=1, coaches=1), at(world)
    event = changes.create_event(services, cycle_id, seminar())
    cancelled = changes.cancel_event(services, cycle_id, event.id, version=1)
    assert cancelled.is_cancelled
    assert [one.method for one in messages(world, "C-1")] == [Method.REQUEST, Method.CANCEL]
    assert messages(world, "C-1")[-1].sequence == 1
    with pytest.raises(ConflictError, match="is cancelled"):
        changes.cancel_event(services, cycle_id, event.id, version=2)
    with pytest.raises(ConflictError):
        own.reply_to_event(
            services,
            principal(world, cycle_id, "C-1"),
            own_ids(world, cycle_id, "C-1")[0],
            ACCEPTED,
        )


def test_person_who_leaves_gets_a_cancellation_and_is_invited_again_on_return(world: World) -> None:
    cycle_id, services = world.cycle(coachees=2, coaches=1), at(world)
    changes.create_event(services, cycle_id, seminar(audience=Audience.COACHEES))
    leave(world, cycle_id, "C-1")
    leave(world, cycle_id, "C-1", left=False)
    sent = [(one.method, one.sequence) for one in messages(world, "C-1")]
    assert sent == [(Method.REQUEST, 0), (Method.CANCEL, 1), (Method.REQUEST, 2)]
    assert len(messages(world, "C-2")) == 1


def test_dates_are_added_and_taken_out(world: World) -> None:
    cycle_id, services = world.cycle(coachees=1, coaches=1), at(world)
    event = changes.create_event(services, cycle_id, seminar())
    later = GroupDateInput(day=DAY + timedelta(days=7), clock=time(9))
    two = seminar(dates=(GroupDateInput(day=DAY, clock=time(9)), later))
    changed = changes.change_event(services, cycle_id, event.id, two, version=1)
    assert changed.dates[0].id == event.dates[0].id
    assert len(messages(world, "C-1")) == 2
    one = changes.change_event(services, cycle_id, event.id, seminar(dates=(later,)), version=2)
    assert [each.id for each in one.dates] == [changed.dates[1].id]
    methods = sorted(each.method for each in messages(world, "C-1"))
    assert methods == [Method.CANCEL, Method.REQUEST, Method.REQUEST]


def test_event_of_whole_days_lasts_from_midnight_of_the_first_to_the_end_of_the_last(
    world: World,
) -> None:
    cycle_id = world.cycle(coachees=1, coaches=1)
    entered = seminar(minutes=None, days=2, dates=(GroupDateInput(day=DAY),))
    event = changes.create_event(at(world), cycle_id, entered)
    found = event.dates[0]
    assert (found.first_day, found.last_day) == (DAY, DAY + timedelta(days=1))
    assert found.end - found.start == timedelta(days=2)
    stored = reading.read_event(at(world), cycle_id, event.id).entered
    assert stored.model_copy(update={"dates": entered.dates}) == entered


def test_change_or_cancellation_of_an_outdated_version_is_refused_with_the_difference(
    world: World,
) -> None:
    cycle_id, services = world.cycle(coachees=1, coaches=1), at(world)
    event = changes.create_event(services, cycle_id, seminar())
    with pytest.raises(ConflictError, match="already has the same"):
        changes.create_event(services, cycle_id, seminar())
    changes.change_event(services, cycle_id, event.id, seminar(place="Sarajevo"), version=1)
    with pytest.raises(ChangedSinceError) as refused:
        changes.change_event(services, cycle_id, event.id, seminar(place="Skopje"), version=1)
    (difference,) = [one for one in refused.value.differences if one.field == "place"]
    assert (difference.stored, difference.submitted) == ("Sarajevo", "Skopje")
    with pytest.raises(ChangedSinceError):
        changes.cancel_event(services, cycle_id, event.id, version=1)


def test_replies_of_strangers_other_cycles_and_past_dates_are_refused(world: World) -> None:
    cycle_id, services = world.cycle(coachees=2, coaches=1), at(world)
    event = changes.create_event(services, cycle_id, seminar())
    (mine,) = own_ids(world, cycle_id, "C-1")
    with pytest.raises(NotFoundError):
        own.reply_to_event(services, principal(world, cycle_id, "C-2"), mine, ACCEPTED)
    with pytest.raises(NotFoundError):
        reading.read_event(services, world.cycle(), event.id)
    with pytest.raises(ConflictError, match="past"):
        changes.create_event(
            services,
            cycle_id,
            seminar(dates=(GroupDateInput(day=date(2020, 1, 1), clock=time(9)),)),
        )


def test_attendance_is_not_recorded_if_the_event_was_cancelled_before_its_start(
    world: World,
) -> None:
    cycle_id, services = world.cycle(coachees=1, coaches=1), at(world)
    event = changes.create_event(services, cycle_id, seminar())
    changes.cancel_event(services, cycle_id, event.id, version=1)
    came = PersonAttendance(person_id=world.person_id(cycle_id, "C-1"), attended=True)
    given = AttendanceInput(date_id=event.dates[0].id, people=(came,))
    services = at(world, datetime(2027, 1, 27, 13, tzinfo=UTC))
    with pytest.raises(ConflictError, match="cancelled"):
        attendance.record_attendance(services, cycle_id, event.id, given, version=2)
    (date,) = reading.read_event(services, cycle_id, event.id).event.dates
    assert not date.has_begun


def test_attendance_is_recorded_once_the_date_has_started_and_ends_no_invitation(
    world: World,
) -> None:
    cycle_id, services = world.cycle(coachees=2, coaches=1), at(world)
    event = changes.create_event(services, cycle_id, seminar())
    came, absent = (world.person_id(cycle_id, code) for code in ("C-1", "C-2"))
    given = AttendanceInput(
        date_id=event.dates[0].id,
        people=(
            PersonAttendance(person_id=came, attended=True),
            PersonAttendance(person_id=absent, attended=False),
        ),
    )
    with pytest.raises(ConflictError, match="once the event has started"):
        attendance.record_attendance(services, cycle_id, event.id, given, version=1)
    services = at(world, datetime(2027, 1, 27, 13, tzinfo=UTC))
    recorded = attendance.record_attendance(services, cycle_id, event.id, given, version=1)
    found = {one.person.code: one.attended for one in recorded.invited}
    assert found == {"C-1": True, "C-2": False, "K-1": None}
    with services.database.writing() as tx:
        tx.get_one(PersonRow, world.person_id(cycle_id, "K-1")).left_at = services.now()
        update_cycle(tx, services, cycle_id)
    assert len(messages(world, "K-1")) == 1
