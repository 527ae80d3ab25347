"""Emailed replies to group events, and the events in feeds, busy times and tasks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from api.accounts.rows import UserRow
from api.feeds import service as feeds
from api.feeds.office_group_events import office_group_events
from api.feeds.service import FeedContent, Preconditions
from api.group_events import attendance, changes, reading
from api.group_events.attendance import AttendanceInput, PersonAttendance
from api.group_events.entered import GroupDateInput, GroupEventInput
from api.http.limits import Limits
from api.http.principal import AccessRole, Principal
from api.input_files.instruments import instruments_of
from api.overview.to_do import ToDoKind, to_do_items
from api.participants import rosters
from api.participants.group_rows import GroupEventDateRow, GroupReplyRow
from api.participants.rows import PersonRow
from api.replies import held
from api.replies.held import HeldAct, HeldDecision
from api.replies.rows import IncomingState, Reason
from api.texts.reader_language import mail_renderer
from coach.group_events import Audience, GroupEventKind
from coach.sessions import Reply
from tests.api.replies.incoming import Correspondence
from tests.api.replies.mail_shapes import exchange_counter, nextcloud

if TYPE_CHECKING:
    from conftest import World

    from api.group_events.views import GroupEvent
    from api.services import Services

DAY = date(2027, 1, 27)


def kickoff(**changed: object) -> GroupEventInput:
    given = {
        "kind": GroupEventKind.KICKOFF,
        "timezone": "Europe/Belgrade",
        "minutes": 120,
        "dates": [GroupDateInput(day=DAY, clock=time(10))],
    }
    return GroupEventInput.model_validate(given | changed)


def replies(services: Services, event: GroupEvent) -> dict[str, Reply]:
    found = reading.read_event(services, event.cycle_id, event.id).event
    return {one.person.code: one.reply for one in found.invited}


def test_a_reply_by_email_counts_for_its_person_alone(world: World) -> None:
    cycle, services = Correspondence.of(world), world.services
    event = changes.create_event(services, cycle.cycle_id, kickoff())
    with world.database.reading() as tx:
        uid = tx.scalars(select(GroupEventDateRow.uid)).one()
    declined = nextcloud(cycle.about(uid=uid, partstat="DECLINED", comment="on leave"))
    assert cycle.receive(declined).reason is Reason.ANSWERED
    expected = dict.fromkeys(replies(services, event), Reply.NONE)
    assert replies(services, event) == expected | {"C-1": Reply.DECLINED}
    assert cycle.session.coachee_reply is Reply.NONE
    other = cycle.about(uid=uid, message_id="2", to=cycle.address("C-2"))
    assert cycle.receive(nextcloud(other)).reason is Reason.OTHER_ATTENDEE
    late = cycle.about(uid=uid, message_id="3", stamp="20200101T000000Z")
    assert cycle.receive(nextcloud(late)).reason is Reason.OLDER
    future = cycle.about(uid=uid, message_id="4", sequence=3)
    assert cycle.receive(nextcloud(future)).reason is Reason.FUTURE
    assert replies(services, event) == expected | {"C-1": Reply.DECLINED}
    with world.database.reading() as tx:
        kept = tx.scalars(select(GroupReplyRow.counted).order_by(GroupReplyRow.received_at)).all()
    assert kept == [True, False]
    changes.cancel_event(services, cycle.cycle_id, event.id, version=None)
    closed = cycle.about(uid=uid, message_id="5")
    assert cycle.receive(nextcloud(closed)).reason is Reason.SESSION_CLOSED


def test_another_time_waits_for_the_office_and_moves_nothing(world: World) -> None:
    cycle, services = Correspondence.of(world), world.services
    event = changes.create_event(services, cycle.cycle_id, kickoff())
    with world.database.reading() as tx:
        uid = tx.scalars(select(GroupEventDateRow.uid)).one()
    row = cycle.receive(exchange_counter(cycle.about(uid=uid)))
    assert (row.state, row.reason) == (IncomingState.HELD, Reason.SET_BY_OFFICE)
    (waiting,) = held.read_incoming_mails(services).held
    assert (waiting.event, waiting.can_be_answered) == (GroupEventKind.KICKOFF, True)
    held.decide_held(services, row.id, HeldDecision(act=HeldAct.DECLINE))
    assert replies(services, event)["C-1"] is Reply.DECLINED
    dates = reading.read_event(services, cycle.cycle_id, event.id).event.dates
    assert dates == event.dates


def test_only_required_events_make_people_busy_until_they_are_cancelled(world: World) -> None:
    cycle_id, services = world.cycle(coachees=1, coaches=1), world.services

    def busy() -> set[tuple[int, int]]:
        with world.database.reading() as tx:
            roster = rosters.roster_of(tx, cycle_id)
        each = (*roster.coachees, *roster.coaches)
        found = [{(one.start_minute, one.end_minute) for one in person.busy} for person in each]
        assert found[0] == found[1]
        return found[0]

    optional = changes.create_event(services, cycle_id, kickoff(required=False))
    assert busy() == set()
    changes.change_event(services, cycle_id, optional.id, kickoff(), version=1)
    assert busy() == {(10 * 60, 12 * 60)}
    changes.cancel_event(services, cycle_id, optional.id, version=2)
    assert busy() == set()


def test_feed_shows_own_events_and_its_tag_changes(world: World) -> None:
    cycle_id, services = world.cycle(coachees=1, coaches=1), world.services
    link = world.link(cycle_id, "C-1")
    owner = Principal(
        AccessRole.COACHEE,
        person_id=world.person_id(cycle_id, "C-1"),
        cycle_id=cycle_id,
        credential_id=link.id,
    )
    secret = feeds.create_feed(services, owner).address.rpartition("/")[2].removesuffix(".ics")
    tags = [feeds.read_feed(services, secret, Preconditions()).etag]
    event = changes.create_event(services, cycle_id, kickoff(title="Secret", place="Kotor"))
    first = feeds.read_feed(services, secret, Preconditions())
    assert first.content is not None
    for line in (b"SUMMARY:Group session: kickoff", b"LOCATION:Kotor", b"STATUS:TENTATIVE"):
        assert line in first.content
    assert b"Secret" not in first.content
    days = kickoff(minutes=None, days=1, dates=[{"id": event.dates[0].id, "day": DAY}])
    changes.change_event(services, cycle_id, event.id, days, version=1)
    second = feeds.read_feed(services, secret, Preconditions())
    assert b"DTSTART;VALUE=DATE:20270127" in (second.content or b"")
    changes.cancel_event(services, cycle_id, event.id, version=2)
    third = feeds.read_feed(services, secret, Preconditions())
    assert b"STATUS:CANCELLED" in (third.content or b"")
    tags += [first.etag, second.etag, third.etag]
    assert len(set(tags)) == 4


def test_feed_of_the_office_has_codes_instead_of_names_and_its_tag_changes(world: World) -> None:
    cycle_id, services = world.cycle(coachees=2, coaches=1), world.services
    world.user_token(AccessRole.MANAGER)
    with world.database.reading() as tx:
        user_id = tx.scalars(select(UserRow.id).where(UserRow.role == AccessRole.MANAGER)).one()
    owner = Principal(AccessRole.MANAGER, user_id=user_id)
    secret = feeds.create_feed(services, owner).address.rpartition("/")[2].removesuffix(".ics")

    def read(moment: datetime | None = None) -> FeedContent:
        later = replace(services, now=lambda: moment or world.services.now())
        return feeds.read_feed(later, secret, Preconditions())

    contents = [read()]
    people = tuple(world.person_id(cycle_id, code) for code in ("C-2", "K-1"))
    chosen = kickoff(
        title="Secret", place="Kotor", audience=Audience.CHOSEN, people=people, required=False
    )
    event = changes.create_event(services, cycle_id, chosen)
    contents.append(read())
    assert b"Group session: kickoff\\, C-2\\, K-1" in unfolded(contents[-1])
    assert b"STATUS:CONFIRMED" in unfolded(contents[-1])
    with world.database.reading() as tx:
        uid = tx.scalars(select(GroupEventDateRow.uid)).one()
    for hidden in (b"Secret", b"Kotor", b"Coachee", b"Coach 1", uid.encode()):
        assert hidden not in unfolded(contents[-1])
    changed = kickoff(dates=[{"id": event.dates[0].id, "day": DAY, "clock": time(11)}])
    changes.change_event(services, cycle_id, event.id, changed, version=1)
    contents.append(read())
    assert b"Group session: kickoff\\, everybody" in unfolded(contents[-1])
    changes.cancel_event(services, cycle_id, event.id, version=2)
    contents.append(read())
    assert b"STATUS:CANCELLED" in unfolded(contents[-1])
    contents.append(read(services.now() + timedelta(days=31)))
    assert b"VEVENT" not in unfolded(contents[-1])
    assert contents[-1].last_modified > contents[-2].last_modified
    assert len({one.etag for one in contents[1:]}) == 4
    assert contents[0].etag == contents[-1].etag, "both feeds are empty"


def test_limited_manager_gets_events_of_their_cycles_and_countries(world: World) -> None:
    cycle_id, services = world.cycle(coachees=2, coaches=1), world.services
    person_id = world.person_id(cycle_id, "C-1")
    with world.database.writing() as tx:
        person = tx.get_one(PersonRow, person_id)
        person.profile = person.profile | {"country": "ME"}
    people = (person_id, world.person_id(cycle_id, "K-1"))
    changes.create_event(
        services, cycle_id, kickoff(audience=Audience.CHOSEN, people=people, required=False)
    )

    def titles(**limits: frozenset[str]) -> list[str]:
        with world.database.reading() as tx:
            found = office_group_events(
                tx, Limits(**limits), mail_renderer(services), now=services.now()
            )
        return [one.title.partition(", ")[2] for one in found]

    assert titles() == ["Group session: kickoff, C-1, K-1"]
    assert titles(countries=frozenset({"ME"})) == ["Group session: kickoff, C-1"]
    assert titles(countries=frozenset({"AL"})) == []
    assert titles(cycles=frozenset({"other"})) == []
    assert titles(cycles=frozenset({cycle_id})) == titles()


def unfolded(feed: FeedContent) -> bytes:
    return (feed.content or b"").replace(b"\r\n ", b"")


def test_to_do_names_missing_answers_and_missing_attendance(world: World) -> None:
    cycle_id, services = world.cycle(coachees=2, coaches=1), world.services
    event = changes.create_event(services, cycle_id, kickoff())

    def counts(moment: datetime) -> dict[ToDoKind, int]:
        with world.database.reading() as tx:
            found = to_do_items(tx, instruments_of(services.settings), now=moment)
        return {one.kind: one.count for one in found}

    start = datetime(2027, 1, 27, 9, tzinfo=UTC)
    assert ToDoKind.UNANSWERED_EVENT not in counts(start - timedelta(days=8))
    assert counts(start - timedelta(days=6))[ToDoKind.UNANSWERED_EVENT] == 3
    after = start + timedelta(hours=3)
    assert counts(after)[ToDoKind.MISSING_ATTENDANCE] == 1
    listed = tuple(
        PersonAttendance(person_id=one.person.id, attended=True) for one in event.invited
    )
    given = AttendanceInput(date_id=event.dates[0].id, people=listed)
    later = replace(services, now=lambda: after)
    attendance.record_attendance(later, cycle_id, event.id, given, version=1)
    assert ToDoKind.MISSING_ATTENDANCE not in counts(after)
