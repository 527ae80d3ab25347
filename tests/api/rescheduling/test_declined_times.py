"""Declined times are unavailable in later runs and offers, and reported to the other person."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from api.invitations.publish import publish_plan
from api.mail.rows import MailKind, MailRow
from api.own_data.leaving import leave_cycle
from api.participants.declined_times import busy_times_in
from api.participants.rosters import roster_of
from api.participants.rows import Side
from api.rescheduling.mail_composer import compose_answer_notice
from api.runs.frozen_input import RunOptions
from api.runs.outdated import is_outdated
from api.runs.run_input import freeze_input
from api.sessions.replies import ReplyInput
from api.sessions.service import submit_reply
from coach.availability import BusyTime
from coach.errors import ConflictError
from coach.sessions import Reply
from tests.api.published import principal_of, published_sessions

if TYPE_CHECKING:
    from conftest import World

    from api.services import Services
    from api.sessions.session_details import SessionDetails

DECLINED, ACCEPTED = ReplyInput(reply=Reply.DECLINED), ReplyInput(reply=Reply.ACCEPTED)


@pytest.fixture
def services(world: World) -> Services:
    return world.services_with_mail()


@pytest.fixture
def session(world: World) -> SessionDetails:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1"}))
    return published_sessions(world, cycle_id)[0]


def busy(world: World, cycle_id: str) -> dict[str, tuple[BusyTime, ...]]:
    with world.database.reading() as tx:
        roster = roster_of(tx, cycle_id)
    return {one.id: one.busy for one in (*roster.coachees, *roster.coaches) if one.busy}


def notices(world: World, services: Services) -> list[tuple[str, str]]:
    """Return the recipient and the text of each email about an answer."""
    found = []
    with world.database.reading() as tx:
        for mail in tx.scalars(select(MailRow).where(MailRow.kind == MailKind.ANSWER_NOTICE)):
            composed = compose_answer_notice(tx, services, mail)
            found.append((mail.person_id, read(composed.content) if composed else ""))
    return found


def read(content: bytes) -> str:
    """Return the headers and the texts of an email as a single string."""
    mail = message_from_bytes(content, policy=policy.default)
    return "\n".join([*map(str, mail.values()), *(one.get_content() for one in mail.iter_parts())])


def test_a_declined_time_is_busy_in_later_runs_until_it_is_accepted(
    world: World, services: Services, session: SessionDetails
) -> None:
    coachee = principal_of(session, Side.COACHEE)
    submit_reply(services, coachee, session.id, DECLINED)
    declined = BusyTime(date(2027, 1, 27), 9 * 60, 10 * 60 + 30)  # in Belgrade
    assert busy(world, session.cycle_id) == {"C-1": (declined,)}
    submit_reply(services, coachee, session.id, ACCEPTED)
    assert busy(world, session.cycle_id) == {}


def test_a_decline_makes_no_run_outdated_but_its_plan_is_refused_at_the_declined_time(
    world: World, services: Services, session: SessionDetails
) -> None:
    cycle_id = session.cycle_id
    before = services.now() - timedelta(hours=1)
    other = world.plan(cycle_id, world.result({"C-1": "K-1"}, first_day=25), now=before)
    same = world.plan(cycle_id, world.result({"C-1": "K-2"}), now=before)
    with world.database.writing() as tx:
        frozen = freeze_input(tx, cycle_id, RunOptions(), now=services.now())
    submit_reply(services, principal_of(session, Side.COACHEE), session.id, DECLINED)
    with world.database.reading() as tx:
        assert not is_outdated(tx, cycle_id, frozen)
    with pytest.raises(ConflictError, match="declined the time"):
        publish_plan(services, same)
    assert publish_plan(services, other).requests > 0


def test_the_other_participant_is_told_of_a_decline_without_the_comment(
    world: World, services: Services, session: SessionDetails
) -> None:
    coachee = principal_of(session, Side.COACHEE)
    comment = ReplyInput(reply=Reply.DECLINED, comment="in hospital")
    submit_reply(services, coachee, session.id, comment)
    submit_reply(services, coachee, session.id, comment)  # changes nothing, so nobody is told
    ((recipient, text),) = notices(world, services)
    assert recipient == session.coach.id
    for secret in ("in hospital", "Coachee 1", "c1@example.org"):
        assert secret not in text
    submit_reply(services, coachee, session.id, ACCEPTED)
    first, second = notices(world, services)
    assert not first[1], "the notice is no longer true"
    assert "Accepted after all" in second[1]


def test_a_first_acceptance_is_reported_to_nobody(
    world: World, services: Services, session: SessionDetails
) -> None:
    submit_reply(services, principal_of(session, Side.COACH), session.id, ACCEPTED)
    assert notices(world, services) == []


def test_all_sessions_of_somebody_who_leaves_are_declined_in_one_email(
    world: World, services: Services, session: SessionDetails
) -> None:
    leave_cycle(services, principal_of(session, Side.COACH))
    assert [recipient for recipient, _ in notices(world, services)] == [session.coachee.id]


def test_a_declined_time_beyond_midnight_is_busy_on_both_days() -> None:
    start = datetime(2027, 1, 27, 22, 30, tzinfo=UTC)
    found = list(busy_times_in((start, start + timedelta(hours=1)), ZoneInfo("Europe/Belgrade")))
    assert found == [
        BusyTime(date(2027, 1, 27), 23 * 60 + 30, 24 * 60),
        BusyTime(date(2027, 1, 28), 0, 30),
    ]
