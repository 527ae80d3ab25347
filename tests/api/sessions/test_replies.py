"""Replies: who may submit and read them, and the time limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.http.principal import AccessRole, Principal
from api.participants.rows import Side
from api.sessions import replies, schedule
from api.sessions.replies import ReplyInput
from api.sessions.schedule import own_session
from coach.errors import ConflictError, NotAllowedError
from coach.sessions import Reply
from tests.api.published import principal_of, published_sessions

if TYPE_CHECKING:
    from conftest import World


PAIRS = {"C-1": "K-1", "C-2": "K-2"}


def test_a_reply_counts_until_the_session_moves(world: World) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    session = published_sessions(world, cycle_id)[0]
    coachee = principal_of(session, Side.COACHEE)
    with world.database.writing() as tx:
        answer = ReplyInput(reply=Reply.DECLINED, comment="Thursday would do")
        replies.store_reply(
            tx,
            world.services,
            coachee,
            own_session(tx, coachee, session.id),
            answer,
            now=world.services.now(),
        )
    declined = published_sessions(world, cycle_id)[0]
    assert (declined.coachee_reply, declined.coach_reply) == (Reply.DECLINED, Reply.NONE)
    assert declined.coachee_comment == "Thursday would do"
    world.published(cycle_id, world.result(PAIRS, first_day=21))
    moved = next(one for one in published_sessions(world, cycle_id) if one.id == session.id)
    assert moved.coachee_reply is Reply.NONE


def test_replies_and_comments_are_shown_to_the_office_but_not_to_the_other_side(
    world: World,
) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    session = published_sessions(world, cycle_id)[0]
    coachee, coach = principal_of(session, Side.COACHEE), principal_of(session, Side.COACH)
    with world.database.writing() as tx:
        answer = ReplyInput(reply=Reply.DECLINED, comment="on leave")
        replies.store_reply(
            tx,
            world.services,
            coachee,
            own_session(tx, coachee, session.id),
            answer,
            now=world.services.now(),
        )
        assert schedule.session_details(tx, coachee, session.id).coachee_comment == "on leave"
        assert schedule.session_details(tx, coach, session.id).coachee_comment == ""
        assert schedule.session_details(tx, coachee, session.id).coachee_reply is Reply.DECLINED
        assert schedule.session_details(tx, coach, session.id).coachee_reply is None
        assert schedule.person_schedule(tx, coach.person_id or "").sessions[0].coachee_reply is None


@pytest.mark.parametrize("case", ["over", "cancelled", "office"])
def test_a_reply_is_refused_for_past_and_cancelled_sessions_and_to_the_office(
    world: World, case: str
) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    session = published_sessions(world, cycle_id)[0]
    principal, now = principal_of(session, Side.COACHEE), world.services.now()
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
            world.services,
            principal,
            own_session(tx, principal, session.id),
            ReplyInput(reply=Reply.ACCEPTED),
            now=now,
        )


def test_times_are_in_the_readers_time_zone(world: World) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    with world.database.reading() as tx:
        page = schedule.person_schedule(tx, world.person_id(cycle_id, "K-1"))
    assert page.person.timezone == "Europe/Stockholm"
    assert page.sessions[0].start.isoformat() == "2027-01-27T09:00:00+01:00"
    assert {session.coach.code for session in page.sessions} == {"K-1"}
    assert {session.coach.timezone for session in page.sessions} == {"Europe/Stockholm"}
    assert {session.coachee.timezone for session in page.sessions} == {None}, (
        "time zones would reveal where people serve"
    )
    assert {one.coachee.timezone for one in published_sessions(world, cycle_id)} == {
        "Europe/Belgrade"
    }
