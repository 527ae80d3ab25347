"""Proposals of another time: who may make and decide on them, and their effects."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

import pytest
from icalendar import Calendar
from sqlalchemy import select

from api.http.principal import AccessRole, Principal
from api.mail.rows import MailKind, MailRow
from api.participants.rows import DeclinedTimeRow, HumanRow, PersonRow, Side
from api.rescheduling import decisions, service, slots
from api.rescheduling.decisions import Decision
from api.rescheduling.expiry import close_expired_proposals
from api.rescheduling.mail_composer import compose_closed
from api.rescheduling.proposals import read_proposals
from api.rescheduling.rows import ProposalSource, ProposalState
from api.rescheduling.slots import NewTime
from coach.errors import ConflictError, NotFoundError
from coach.sessions import Reply
from tests.api.published import principal_of, published_sessions
from tests.api.rescheduling.spaced import second_session, spaced

if TYPE_CHECKING:
    from conftest import World

    from api.services import Services
    from api.sessions.session_details import SessionDetails

OFFICE = Principal(AccessRole.MANAGER, user_id="office")


@pytest.fixture
def services(world: World) -> Services:
    return world.services_with_mail()


@pytest.fixture
def session(world: World) -> SessionDetails:
    """Return a coachee's second session, three weeks after the first."""
    cycle_id = world.cycle()
    world.published(cycle_id, spaced(world, {"C-1": "K-1", "C-2": "K-1"}))
    return second_session(world, cycle_id, "C-1")


def again(world: World, session: SessionDetails) -> SessionDetails:
    return next(one for one in published_sessions(world, session.cycle_id) if one.id == session.id)


def sides(session: SessionDetails) -> tuple[Principal, Principal]:
    return principal_of(session, Side.COACHEE), principal_of(session, Side.COACH)


def propose_first(services: Services, session: SessionDetails) -> tuple[str, NewTime]:
    coachee, _ = sides(session)
    time = slots.read_slots(services, coachee, session.id)[0]
    return decisions.propose_offered(services, coachee, session.id, time).id, time


def _at(services: Services, now: datetime) -> Services:
    return replace(services, now=lambda: now)


def mails(world: World, kind: MailKind) -> list[tuple[str, str, int]]:
    """Return the person, session and occasion for each email of the given kind."""
    columns = MailRow.person_id, MailRow.session_id, MailRow.occasion
    with world.database.reading() as tx:
        return [tuple(one) for one in tx.execute(select(*columns).where(MailRow.kind == kind))]


def recipients(world: World, kind: MailKind) -> list[str]:
    return [person for person, *_ in mails(world, kind)]


def test_the_other_participant_confirms_and_both_calendars_are_updated(
    world: World, services: Services, session: SessionDetails
) -> None:
    coachee, coach = sides(session)
    proposal, time = propose_first(services, session)
    assert recipients(world, MailKind.PROPOSAL) == [session.coach.id]
    assert again(world, session).start == session.start, "nothing moves before it is confirmed"
    decisions.decide(services, coach, session.id, proposal, Decision.CONFIRM)
    moved = again(world, session)
    assert (moved.start, moved.sequence) == (time.start, session.sequence + 1)
    assert (moved.coachee_reply, moved.coach_reply) == (Reply.ACCEPTED, Reply.ACCEPTED)
    sent = [n for _, about, n in mails(world, MailKind.INVITATION) if about == session.id]
    assert sorted(sent) == [0, 0, 1, 1]
    assert read_proposals(services, coachee, session.id)[0].state is ProposalState.CONFIRMED


def test_acts_pressed_twice_tell_nobody_twice(
    world: World, services: Services, session: SessionDetails
) -> None:
    coachee, coach = sides(session)
    proposal, time = propose_first(services, session)
    assert decisions.propose_offered(services, coachee, session.id, time).id == proposal
    assert recipients(world, MailKind.PROPOSAL) == [session.coach.id]
    other = slots.read_slots(services, coach, session.id)[1]
    countered = decisions.propose_offered(services, coach, session.id, other).id
    for principal, decision in ((coachee, Decision.REFUSE), (coachee, Decision.REFUSE)):
        decisions.decide(services, principal, session.id, countered, decision)
    assert recipients(world, MailKind.PROPOSAL_CLOSED) == [session.coach.id]
    second = decisions.propose_offered(services, coachee, session.id, time).id
    for _ in range(2):
        shown = decisions.decide(services, coach, session.id, second, Decision.CONFIRM)
        assert shown.state is ProposalState.CONFIRMED
    assert again(world, session).sequence == session.sequence + 1
    sent = [n for _, about, n in mails(world, MailKind.INVITATION) if about == session.id]
    assert sorted(sent) == [0, 0, 1, 1]
    with pytest.raises(ConflictError):
        decisions.decide(services, coachee, session.id, second, Decision.CONFIRM)


def test_proposer_of_a_time_is_told_once_that_nobody_answered(
    world: World, services: Services, session: SessionDetails
) -> None:
    coachee, _ = sides(session)
    proposal, time = propose_first(services, session)
    assert close_expired_proposals(services) == 0
    late = _at(services, min(session.start, time.start))
    assert [close_expired_proposals(late) for _ in range(2)] == [1, 0]
    assert recipients(world, MailKind.PROPOSAL_CLOSED) == [coachee.person_id]
    with world.database.reading() as tx:
        mail = tx.scalars(select(MailRow).where(MailRow.kind == MailKind.PROPOSAL_CLOSED)).one()
        composed = compose_closed(tx, late, mail)
    assert composed is not None
    text = message_from_bytes(composed.content, policy=policy.default).get_body(("plain",))
    assert text is not None
    assert "Nobody replied" in text.get_content()
    assert read_proposals(late, coachee, session.id)[0].id == proposal


def test_nobody_confirms_their_own_proposal_or_decides_about_one_of_another_pair(
    world: World, services: Services, session: SessionDetails
) -> None:
    coachee, _ = sides(session)
    proposal, _ = propose_first(services, session)
    stranger, _ = sides(second_session(world, session.cycle_id, "C-2"))
    for decision in (Decision.CONFIRM, Decision.REFUSE):
        with pytest.raises(ConflictError):
            decisions.decide(services, coachee, session.id, proposal, decision)
    for decision in Decision:
        with pytest.raises(NotFoundError):
            decisions.decide(services, stranger, session.id, proposal, decision)
    with pytest.raises(NotFoundError):
        slots.read_slots(services, stranger, session.id)
    with pytest.raises(NotFoundError):
        read_proposals(services, stranger, session.id)
    assert again(world, session).start == session.start


def test_a_proposal_cannot_be_decided_from_the_page_of_another_session(
    world: World, services: Services, session: SessionDetails
) -> None:
    _, coach = sides(session)
    proposal, _ = propose_first(services, session)
    other = second_session(world, session.cycle_id, "C-2")  # of the same coach
    with pytest.raises(NotFoundError):
        decisions.decide(services, coach, other.id, proposal, Decision.CONFIRM)


def test_only_offered_times_can_be_proposed_on_a_page(
    services: Services, session: SessionDetails
) -> None:
    coachee, _ = sides(session)
    offered = slots.read_slots(services, coachee, session.id)
    other = NewTime(start=offered[0].start + timedelta(minutes=30 * 16))
    with pytest.raises(ConflictError):
        decisions.propose_offered(services, coachee, session.id, other)


def test_exactly_one_of_two_proposals_for_the_same_hour_of_a_coach_wins(
    world: World, services: Services, session: SessionDetails
) -> None:
    rival = second_session(world, session.cycle_id, "C-2")
    common = next(
        time
        for time in slots.read_slots(services, sides(session)[0], session.id)
        if time in slots.read_slots(services, sides(rival)[0], rival.id)
    )
    proposals = [
        decisions.propose_offered(services, sides(one)[0], one.id, common).id
        for one in (session, rival)
    ]
    _, coach = sides(session)
    decisions.decide(services, coach, session.id, proposals[0], Decision.CONFIRM)
    with pytest.raises(ConflictError):
        decisions.decide(services, coach, rival.id, proposals[1], Decision.CONFIRM)
    assert again(world, session).start == common.start
    assert again(world, rival).start == rival.start


def test_a_refused_proposal_leaves_the_session_and_its_maker_is_told(
    world: World, services: Services, session: SessionDetails
) -> None:
    coachee, coach = sides(session)
    proposal, _ = propose_first(services, session)
    decisions.decide(services, coach, session.id, proposal, Decision.REFUSE)
    assert recipients(world, MailKind.PROPOSAL_CLOSED) == [coachee.person_id]
    assert again(world, session).start == session.start
    with pytest.raises(ConflictError):
        decisions.decide(services, coach, session.id, proposal, Decision.CONFIRM)


def test_only_its_maker_withdraws_a_proposal_and_the_other_participant_is_told(
    world: World, services: Services, session: SessionDetails
) -> None:
    coachee, coach = sides(session)
    proposal, _ = propose_first(services, session)
    with pytest.raises(ConflictError):
        decisions.decide(services, coach, session.id, proposal, Decision.WITHDRAW)
    decisions.decide(services, coachee, session.id, proposal, Decision.WITHDRAW)
    assert recipients(world, MailKind.PROPOSAL_CLOSED) == [coach.person_id]


def test_after_the_cutoff_the_office_decides_and_the_other_participant_cannot(
    world: World, services: Services, session: SessionDetails
) -> None:
    coachee, coach = sides(session)
    late = _at(services, session.start - timedelta(hours=71))
    proposal = decisions.propose_offered(
        late, coachee, session.id, slots.read_slots(late, coachee, session.id)[0]
    )
    assert proposal.needs_office
    assert mails(world, MailKind.PROPOSAL) == []
    with pytest.raises(ConflictError):
        decisions.decide(late, coach, session.id, proposal.id, Decision.CONFIRM)
    decisions.decide(late, OFFICE, session.id, proposal.id, Decision.CONFIRM)
    moved = again(world, session)
    assert (moved.start, moved.coach_reply) == (proposal.time.start, Reply.NONE)
    assert moved.coachee_reply is Reply.ACCEPTED, "the coachee proposed it"


def test_a_proposal_expires_when_its_session_is_changed_or_starts(
    world: World, services: Services, session: SessionDetails
) -> None:
    _, coach = sides(session)
    proposal, _ = propose_first(services, session)
    started = _at(services, session.start)
    assert read_proposals(started, coach, session.id)[0].state is ProposalState.EXPIRED
    with pytest.raises(ConflictError):
        decisions.decide(started, coach, session.id, proposal, Decision.CONFIRM)
    world.published(session.cycle_id, world.result({"C-2": "K-1"}))  # cancels it
    assert read_proposals(services, coach, session.id)[0].state is ProposalState.EXPIRED


def test_a_newer_proposal_replaces_the_open_one(
    services: Services, session: SessionDetails
) -> None:
    coachee, coach = sides(session)
    first, _ = propose_first(services, session)
    time = slots.read_slots(services, coach, session.id)[1]
    second = decisions.propose_offered(services, coach, session.id, time)
    states = {one.id: one.state for one in read_proposals(services, coachee, session.id)}
    assert states == {first: ProposalState.REFUSED, second.id: ProposalState.PROPOSED}


def test_a_time_outside_the_rules_that_came_by_email_is_up_to_the_office(
    world: World, services: Services, session: SessionDetails
) -> None:
    coachee, coach = sides(session)
    start = datetime(2027, 2, 20, 9, tzinfo=UTC)  # a Saturday
    with services.database.writing() as tx:
        proposal = service.propose(
            tx,
            services,
            session.id,
            coachee.person_id or "",
            start,
            source=ProposalSource.MAIL,
            comment="on leave",
            now=services.now(),
        )
    assert proposal.problems == (), "problems would reveal the other's calendar"
    assert read_proposals(services, coach, session.id)[0].comment == ""
    shown = read_proposals(services, OFFICE, session.id)[0]
    assert (shown.comment, shown.needs_office, len(shown.problems)) == ("on leave", True, 2)
    with pytest.raises(ConflictError):
        decisions.decide(services, coach, session.id, proposal.id, Decision.CONFIRM)
    with pytest.raises(ConflictError):
        decisions.decide(services, OFFICE, session.id, proposal.id, Decision.CONFIRM)
    decisions.decide(
        services, OFFICE, session.id, proposal.id, Decision.CONFIRM, reason="agreed by telephone"
    )
    assert again(world, session).start == start


def test_the_time_that_a_person_moved_away_from_is_not_offered_to_them_again(
    world: World, services: Services, session: SessionDetails
) -> None:
    coachee, coach = sides(session)
    proposal, _ = propose_first(services, session)
    decisions.decide(services, coach, session.id, proposal, Decision.CONFIRM)
    with world.database.reading() as tx:
        declined = tx.scalars(select(DeclinedTimeRow)).one()
        assert (declined.person_id, declined.starts_at) == (coachee.person_id, session.start)
    offered = slots.read_slots(services, coach, session.id)
    assert session.start not in {time.start for time in offered}


@pytest.mark.parametrize("attach_ics", [True, False])
def test_a_refused_counter_proposal_of_a_calendar_is_answered_with_decline_counter(
    services: Services, session: SessionDetails, *, attach_ics: bool
) -> None:
    coachee, _ = sides(session)
    with services.database.writing() as tx:
        human_id = tx.get_one(PersonRow, coachee.person_id).human_id
        tx.get_one(HumanRow, human_id).attach_ics = attach_ics
    with services.database.writing() as tx:
        proposal = service.propose(
            tx,
            services,
            session.id,
            coachee.person_id or "",
            session.start + timedelta(days=7),
            source=ProposalSource.MAIL,
            now=services.now(),
        )
    decisions.decide(services, OFFICE, session.id, proposal.id, Decision.REFUSE)
    with services.database.reading() as tx:
        rows = tx.scalars(select(MailRow).where(MailRow.kind == MailKind.PROPOSAL_CLOSED)).all()
        composed = {row.person_id: compose_closed(tx, services, row) for row in rows}
    assert composed.keys() == {session.coachee.id, session.coach.id}
    parts = {
        person: [
            (part.get_param("method"), part.get_content())
            for part in message_from_bytes(mail.content, policy=policy.default).walk()
            if part.get_content_type() == "text/calendar"
        ]
        for person, mail in composed.items()
        if mail is not None
    }
    assert parts[session.coach.id] == []
    if not attach_ics:
        assert parts[session.coachee.id] == []
        return
    ((method, content),) = parts[session.coachee.id]
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert (method, event["UID"], event["SEQUENCE"]) == ("DECLINECOUNTER", session.uid, 0)
    assert event.start == session.start, "the session keeps its time"


def test_nobody_moves_a_session_of_somebody_who_has_left(
    world: World, services: Services, session: SessionDetails
) -> None:
    _, coach = sides(session)
    proposal, _ = propose_first(services, session)
    with world.database.writing() as tx:
        tx.get_one(PersonRow, session.coachee.id).left_at = services.now()
    assert slots.read_slots(services, coach, session.id) == ()
    with pytest.raises(ConflictError):
        decisions.decide(services, coach, session.id, proposal, Decision.CONFIRM)
    assert again(world, session).start == session.start
