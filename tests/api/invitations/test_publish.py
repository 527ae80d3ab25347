"""From plan to plan: what people are told, what they answer, and what becomes of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from api.accounts import credentials
from api.accounts.rows import CredentialRow
from api.http.principal import AccessRole, Principal
from api.invitations.outbox import list_outbox
from api.invitations.outgoing_invitation import stored_invitation
from api.invitations.publish import Publication, publish_draft
from api.invitations.rows import OutboxRow
from api.overview import cycles as overview_cycles
from api.participants import service as people
from api.participants import upload
from api.participants.rows import PersonRow, Side
from api.personal_links import links
from api.plans import plan_details
from api.runs import run_view
from api.runs.rows import PlanRow, PlanState
from api.session_reports import feedback as feedback_reports
from api.session_reports import records
from api.sessions import replies, schedule
from api.sessions.replies import ReplyInput
from api.sessions.rows import SessionRow, SessionState
from api.sessions.schedule import own_session
from coach.errors import ConflictError, NotAllowedError, NotFoundError, UnusableInputError
from coach.feedback import Feedback, SharedRecord
from coach.invitations import Message, Method
from coach.sessions import Attendance, Reply
from tests.api.authenticating import identify

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import World

    from api.sessions.session_details import SessionDetails

GRACE = timedelta(days=60)
PAIRS = {"C-1": "K-1", "C-2": "K-2"}


def _sessions(world: World, cycle_id: str) -> tuple[SessionDetails, ...]:
    with world.database.reading() as tx:
        return schedule.cycle_schedule(tx, cycle_id)


def _outbox(world: World, cycle_id: str) -> list[tuple[str, str, int, int]]:
    """Method, whom, session number and sequence of every message, in the order of making."""
    found = list_outbox(world.services, cycle_id)
    return sorted(
        (message.method.value, message.to.code, message.number, message.sequence)
        for message in found
    )


def _principal(session: SessionDetails, side: Side) -> Principal:
    person = session.coach if side is Side.COACH else session.coachee
    return Principal(AccessRole(side.value), person_id=person.id, cycle_id=session.cycle_id)


def test_the_first_plan_invites_everybody_once(world: World) -> None:
    cycle_id = world.cycle()
    told = world.published(cycle_id, world.result(PAIRS))
    assert (told.requests, told.cancels, told.unchanged_sessions) == (8, 0, 0)
    assert _outbox(world, cycle_id) == [
        ("REQUEST", code, number, 0) for code in ("C-1", "C-2", "K-1", "K-2") for number in (1, 2)
    ]


def test_publishing_the_same_again_tells_nobody_anything(world: World) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    before = _outbox(world, cycle_id)
    told = world.published(cycle_id, world.result(PAIRS))
    assert (told.requests, told.cancels, told.unchanged_sessions) == (0, 0, 4)
    assert _outbox(world, cycle_id) == before


def test_a_moved_session_is_asked_about_again(world: World) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    told = world.published(cycle_id, world.result(PAIRS, first_day=21))
    assert (told.requests, told.cancels) == (8, 0)
    assert {sequence for *_, sequence in _outbox(world, cycle_id)} == {0, 1}
    assert {session.sequence for session in _sessions(world, cycle_id)} == {1}


def test_another_coach_means_cancelling_and_inviting(world: World) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    told = world.published(cycle_id, world.result({"C-1": "K-2", "C-2": "K-2"}))
    assert told.cancels == 4
    cancelled = [entry for entry in _outbox(world, cycle_id) if entry[0] == "CANCEL"]
    assert cancelled == [
        ("CANCEL", code, number, 1) for code in ("C-1", "K-1") for number in (1, 2)
    ]
    states = {
        (session.coachee.code, session.coach.code): session.state
        for session in _sessions(world, cycle_id)
    }
    assert states[("C-1", "K-1")] is SessionState.CANCELLED
    assert states[("C-1", "K-2")] is SessionState.CONFIRMED


def test_a_session_that_comes_back_goes_on_from_its_last_sequence(world: World) -> None:
    cycle_id = world.cycle()
    for pairs in (PAIRS, {"C-2": "K-2"}, PAIRS):
        world.published(cycle_id, world.result(pairs))
    told_of_first = [
        (method, sequence)
        for method, code, number, sequence in _outbox(world, cycle_id)
        if (code, number) == ("C-1", 1)
    ]
    assert sorted(told_of_first, key=lambda entry: entry[1]) == [
        ("REQUEST", 0),
        ("CANCEL", 1),
        ("REQUEST", 2),
    ]


def test_one_plan_of_a_cycle_is_published(world: World) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    world.published(cycle_id, world.result(PAIRS))
    with world.database.reading() as tx:
        states = sorted(tx.scalars(select(PlanRow.state)))
        summary = overview_cycles.summary_of(tx, cycle_id)
        published = plan_details.plan_details(tx, summary.published_plan_id or "")
    assert states == [PlanState.PUBLISHED, PlanState.SUPERSEDED]
    assert published.result == world.result(PAIRS)
    assert published.cycle.cycle.name == "Regional cycle 2027/1"


def test_a_plan_is_published_once(world: World) -> None:
    told = world.published(world.cycle(), world.result(PAIRS))
    with world.database.writing() as tx, pytest.raises(ConflictError, match="not a draft"):
        publish_draft(
            tx, world.services.keyring, told.plan.id, now=world.services.now(), link_grace=GRACE
        )


def _publish(world: World, plan_id: str, now: datetime) -> Publication:
    with world.database.writing() as tx:
        return publish_draft(tx, world.services.keyring, plan_id, now=now, link_grace=GRACE)


def test_what_has_begun_is_neither_moved_nor_cancelled(world: World) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    before = {session.id: session for session in _sessions(world, cycle_id)}
    begun = {each for each, session in before.items() if session.number == 1}
    day_after = min(session.start for session in before.values()) + timedelta(days=1)

    later = world.plan(cycle_id, world.result({"C-2": "K-2"}, first_day=25))
    told = _publish(world, later, day_after)
    assert (told.requests, told.cancels) == (2, 2)  # about the second sessions alone
    now = {session.id: session for session in _sessions(world, cycle_id)}
    assert {each: now[each] for each in begun} == {each: before[each] for each in begun}


def test_nobody_is_invited_into_the_past_of_a_cycle_under_way(world: World) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    first = _sessions(world, cycle_id)[0]
    before = _outbox(world, cycle_id)
    another = world.plan(cycle_id, world.result({"C-1": "K-2", "C-2": "K-2"}))
    with pytest.raises(ConflictError, match="in the past"):
        _publish(world, another, first.start + timedelta(days=1))
    assert _outbox(world, cycle_id) == before


def test_a_plan_made_before_the_lists_changed_is_not_published(world: World) -> None:
    cycle_id = world.cycle()
    plan_id = world.plan(cycle_id, world.result(PAIRS))
    with world.database.writing() as tx:
        assert not plan_details.plan_details(tx, plan_id).outdated
        staying = people.roster_of(tx, cycle_id).coachees[1:]
        upload.store_list(tx, cycle_id, Side.COACHEE, staying, now=world.services.now())
        assert plan_details.plan_details(tx, plan_id).outdated
    with pytest.raises(ConflictError, match="have changed since"):
        _publish(world, plan_id, world.services.now())
    assert _outbox(world, cycle_id) == []


def test_a_publication_that_fails_tells_nobody(world: World) -> None:
    cycle_id = world.cycle()
    plan_id = world.plan(cycle_id, world.result(PAIRS))

    def publish_and_fail() -> None:
        with world.database.writing() as tx:
            publish_draft(
                tx, world.services.keyring, plan_id, now=world.services.now(), link_grace=GRACE
            )
            raise RuntimeError

    with pytest.raises(RuntimeError):
        publish_and_fail()
    with world.database.reading() as tx:
        for table in (OutboxRow, SessionRow, CredentialRow):
            assert tx.scalar(select(func.count()).select_from(table)) == 0
        assert tx.get_one(PlanRow, plan_id).state is PlanState.DRAFT


def test_messages_in_the_outbox_are_whole(world: World) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    with world.database.reading() as tx:
        row = tx.scalars(select(OutboxRow)).first()
        assert row is not None
        message = Message.model_validate(row.message)
        outgoing_invitation = stored_invitation(row, tx.get_one(PersonRow, row.person_id))
    assert message.method is Method.REQUEST
    assert message.invitation.count == 2
    assert outgoing_invitation.address.endswith("@example.org")


def test_everybody_invited_holds_a_link(world: World) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    now, keyring = world.services.now(), world.services.keyring
    with world.database.reading() as tx:
        for code in ("C-1", "C-2", "K-1", "K-2"):
            link = links.link_of(tx, keyring, world.person_id(cycle_id, code), now=now)
            assert identify(
                tx,
                link.secret,
                frozenset({credentials.CredentialKind.LINK}),
                now=now,
                idle=timedelta(hours=1),
            ).person_id == world.person_id(cycle_id, code)
        with pytest.raises(ConflictError):
            links.link_of(tx, keyring, world.person_id(cycle_id, "C-3"), now=now)


def test_a_reply_counts_until_the_session_moves(world: World) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    session = _sessions(world, cycle_id)[0]
    coachee = _principal(session, Side.COACHEE)
    with world.database.writing() as tx:
        answer = ReplyInput(reply=Reply.DECLINED, comment="Thursday would do")
        replies.store_reply(
            tx, coachee, own_session(tx, coachee, session.id), answer, now=world.services.now()
        )
    declined = _sessions(world, cycle_id)[0]
    assert (declined.coachee_reply, declined.coach_reply) == (Reply.DECLINED, Reply.NONE)
    assert declined.coachee_comment == "Thursday would do"
    world.published(cycle_id, world.result(PAIRS, first_day=21))
    moved = next(one for one in _sessions(world, cycle_id) if one.id == session.id)
    assert moved.coachee_reply is Reply.NONE


def test_reply_and_comment_are_for_the_office_not_for_the_other_side(world: World) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    session = _sessions(world, cycle_id)[0]
    coachee, coach = _principal(session, Side.COACHEE), _principal(session, Side.COACH)
    with world.database.writing() as tx:
        answer = ReplyInput(reply=Reply.DECLINED, comment="on leave")
        replies.store_reply(
            tx, coachee, own_session(tx, coachee, session.id), answer, now=world.services.now()
        )
        assert schedule.session_details(tx, coachee, session.id).coachee_comment == "on leave"
        assert schedule.session_details(tx, coach, session.id).coachee_comment == ""
        assert schedule.session_details(tx, coachee, session.id).coachee_reply is Reply.DECLINED
        assert schedule.session_details(tx, coach, session.id).coachee_reply is None
        assert schedule.person_schedule(tx, coach.person_id or "").sessions[0].coachee_reply is None


@pytest.mark.parametrize("case", ["over", "cancelled", "office"])
def test_who_replies_to_what_is_limited(world: World, case: str) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    session = _sessions(world, cycle_id)[0]
    principal, now = _principal(session, Side.COACHEE), world.services.now()
    refusal: type[Exception] = ConflictError
    if case == "over":
        now = session.end
    elif case == "cancelled":
        world.published(cycle_id, world.result({"C-2": "K-2"}))
    else:
        principal, refusal = Principal(AccessRole.MANAGER, user_id="office"), NotAllowedError
    with world.database.writing() as tx, pytest.raises(refusal):
        replies.store_reply(
            tx,
            principal,
            own_session(tx, principal, session.id),
            ReplyInput(reply=Reply.ACCEPTED),
            now=now,
        )


def test_times_are_told_in_the_zone_of_whoever_reads(world: World) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    with world.database.reading() as tx:
        page = schedule.person_schedule(tx, world.person_id(cycle_id, "K-1"))
    assert page.person.timezone == "Europe/Stockholm"
    assert page.sessions[0].start.isoformat() == "2027-01-27T09:00:00+01:00"
    assert {session.coach.code for session in page.sessions} == {"K-1"}
    assert {session.coach.timezone for session in page.sessions} == {"Europe/Stockholm"}
    assert {session.coachee.timezone for session in page.sessions} == {None}, "where they serve"
    assert {one.coachee.timezone for one in _sessions(world, cycle_id)} == {"Europe/Belgrade"}


def test_a_later_record_replaces_an_earlier_one(world: World) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    session = _sessions(world, cycle_id)[0]
    coach, coachee = _principal(session, Side.COACH), _principal(session, Side.COACHEE)
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
    assert _sessions(world, cycle_id)[0].recorded is Attendance.HELD


def _record(day: date, attendance: Attendance) -> SharedRecord:
    return SharedRecord(session_date=day, attendance=attendance, topic="own role")


@pytest.mark.parametrize("attendance", [Attendance.HELD, Attendance.DELEGATE, Attendance.NO_SHOW])
def test_nothing_to_come_is_recorded_as_held(world: World, attendance: Attendance) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    session = _sessions(world, cycle_id)[0]
    coach = _principal(session, Side.COACH)
    late = datetime(2027, 1, 22, 23, 30, tzinfo=UTC)  # the 23rd already where the coach lives
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


def test_a_session_to_come_is_recorded_as_cancelled(world: World) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    session = _sessions(world, cycle_id)[0]
    with world.database.writing() as tx:
        record = _record(session.start.date(), Attendance.CANCELLED)
        view = records.store_record(
            tx,
            _principal(session, Side.COACH),
            own_session(tx, _principal(session, Side.COACH), session.id),
            record,
            now=session.start - timedelta(7),
        )
    assert view.attendance is Attendance.CANCELLED


def test_feedback_waits_for_the_session_or_for_the_record_that_it_was_held(world: World) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    session, other, *_ = _sessions(world, cycle_id)
    coach, coachee = _principal(session, Side.COACH), _principal(session, Side.COACHEE)
    feedback = Feedback(attendance=Attendance.HELD, rating=5)
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
                    tx, coachee, own_session(tx, coachee, session.id), feedback, now=before
                )
        records.store_record(
            tx, coach, own_session(tx, coach, session.id), _record(day, Attendance.HELD), now=before
        )
        feedback_reports.store_feedback(
            tx, coachee, own_session(tx, coachee, session.id), feedback, now=before
        )
        theirs = _principal(other, Side.COACHEE)
        feedback_reports.store_feedback(
            tx, theirs, own_session(tx, theirs, other.id), feedback, now=other.start
        )


def test_the_coach_never_reads_the_feedback(world: World) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    session = _sessions(world, cycle_id)[0]
    coach, coachee = _principal(session, Side.COACH), _principal(session, Side.COACHEE)
    manager, now = Principal(AccessRole.MANAGER, user_id="office"), session.start
    feedback = Feedback(attendance=Attendance.HELD, rating=2, text="too hasty")
    with world.database.writing() as tx:
        feedback_reports.store_feedback(
            tx, coachee, own_session(tx, coachee, session.id), feedback, now=now
        )
        assert feedback_reports.find_feedback(tx, coachee, session.id).rating == 2
        assert feedback_reports.find_feedback(tx, manager, session.id).text == "too hasty"
        assert feedback_reports.find_feedback(tx, coach, session.id) is None
        with pytest.raises(NotAllowedError):
            feedback_reports.store_feedback(
                tx, coach, own_session(tx, coach, session.id), feedback, now=now
            )


def test_who_leaves_the_lists_keeps_their_sessions_and_loses_their_link(world: World) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    link = world.link(cycle_id, "C-1")
    now = world.services.now()
    with world.database.writing() as tx:
        staying = people.roster_of(tx, cycle_id).coachees[1:]
        summary = upload.store_list(tx, cycle_id, Side.COACHEE, staying, now=now)
        assert (summary.left, summary.unchanged) == (1, 2)
        assert len(people.roster_of(tx, cycle_id).coachees) == 2
        principal = identify(
            tx,
            link.secret,
            frozenset({credentials.CredentialKind.LINK}),
            now=now,
            idle=timedelta(hours=1),
        )
        with pytest.raises(NotFoundError, match="left"):
            links.issue_link(
                tx,
                world.services.keyring,
                world.person_id(cycle_id, "C-1"),
                now=now,
                grace=GRACE,
            )
    assert principal.role is AccessRole.ANONYMOUS
    assert len(_sessions(world, cycle_id)) == 4


def test_a_list_taken_in_again_says_what_changed(world: World) -> None:
    cycle_id = world.cycle()
    with world.database.writing() as tx:
        first, second, third = people.roster_of(tx, cycle_id).coachees
        changed = second.model_copy(update={"unit": "Another"})
        new = third.model_copy(update={"id": "C-9"})
        summary = upload.store_list(
            tx, cycle_id, Side.COACHEE, [new, changed, first], now=world.services.now()
        )
        order = [coachee.id for coachee in people.roster_of(tx, cycle_id).coachees]
    assert (summary.added, summary.changed, summary.unchanged, summary.left) == (1, 1, 1, 1)
    assert order == ["C-9", "C-2", "C-1"]


def _read_everything(world: World, cycle_id: str) -> dict[str, Callable[[], object]]:
    def reading(work: Callable[..., object], *arguments: object) -> Callable[[], object]:
        def read() -> object:
            with world.database.reading() as tx:
                return work(tx, *arguments)

        return read

    coach = world.person_id(cycle_id, "K-1")
    return {
        "cycles": reading(overview_cycles.all_summaries),
        "overview": reading(overview_cycles.overview_of, cycle_id),
        "people": reading(people.participants_of, cycle_id),
        "schedule": reading(schedule.cycle_schedule, cycle_id),
        "person": reading(schedule.person_schedule, coach),
        "outbox": partial(list_outbox, world.services, cycle_id),
        "plans": reading(plan_details.plans_of_cycle, cycle_id),
        "runs": reading(run_view.runs_of_cycle, cycle_id),
    }


def test_no_reading_takes_more_queries_for_more_rows(
    world: World, count_queries: Callable[[], int]
) -> None:
    few = world.cycle(coachees=1, coaches=1)
    world.published(few, world.result({"C-1": "K-1"}, sessions=1))
    many = world.cycle(coachees=40, coaches=20)
    for day in (20, 21, 22):
        pairs = {f"C-{n}": f"K-{(n - 1) % 20 + 1}" for n in range(1, 41)}
        world.published(many, world.result(pairs, first_day=day, sessions=6))
    counted: dict[str, dict[str, int]] = {}
    for name, cycle_id in (("few", few), ("many", many)):
        works = _read_everything(world, cycle_id)
        count_queries()
        counted[name] = {}
        for what, work in works.items():
            work()
            counted[name][what] = count_queries()
    assert counted["many"] == counted["few"]
    assert max(counted["many"].values()) <= 7  # BEGIN among them


def test_publishing_writes_in_bulk(world: World, count_queries: Callable[[], int]) -> None:
    counted = []
    for coachees in (2, 40):
        cycle_id = world.cycle(coachees=coachees, coaches=20)
        pairs = {f"C-{n}": f"K-{(n - 1) % 20 + 1}" for n in range(1, coachees + 1)}
        plan_id = world.plan(cycle_id, world.result(pairs, sessions=6))
        count_queries()
        with world.database.writing() as tx:
            publish_draft(
                tx, world.services.keyring, plan_id, now=world.services.now(), link_grace=GRACE
            )
        counted.append(count_queries())
    assert counted[0] == counted[1]
