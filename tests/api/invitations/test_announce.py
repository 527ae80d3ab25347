"""Changing a single session: its row, the messages about the change, and later plans."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from api.invitations.announce import SessionChange, announce
from api.invitations.outgoing_invitation import stored_message
from api.invitations.publish import publish_draft
from api.mail.rows import MailKind, MailRow, MailState
from api.runs.frozen_input import RunOptions
from api.runs.kept_result import published_result, with_current_sessions
from api.runs.run_input import freeze_input
from api.sessions.rows import ReplyRow, SessionRow, SessionState
from coach.errors import ConflictError
from coach.invitations import Message, Method, PartStat
from coach.sessions import Reply, SessionMode

if TYPE_CHECKING:
    from conftest import World

    from api.services import Services

PAIRS = {"C-1": "K-1"}
HOUR = timedelta(hours=1)


def _first(world: World, cycle_id: str) -> SessionRow:
    with world.database.reading() as tx:
        of_cycle = select(SessionRow).where(SessionRow.cycle_id == cycle_id)
        row = tx.scalars(of_cycle.order_by(SessionRow.number).limit(1)).one()
        tx.expunge(row)
        return row


def _announce(
    world: World, session: SessionRow, release_with: Services | None = None, **change: object
) -> list[Message]:
    with world.database.writing() as tx:
        row = tx.get_one(SessionRow, session.id)
        mails = announce(
            tx,
            row,
            SessionChange.model_validate(change),
            now=world.services.now(),
            release_with=release_with,
        )
        return [stored_message(mail) for mail in mails]


def _published(world: World) -> tuple[str, SessionRow]:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    return cycle_id, _first(world, cycle_id)


def _accept(world: World, session: SessionRow) -> None:
    with world.database.writing() as tx:
        tx.add(
            ReplyRow(
                session_id=session.id,
                person_id=session.coachee_id,
                reply=Reply.ACCEPTED,
                sequence=session.sequence,
                replied_at=world.services.now(),
            )
        )


def test_moved_session_keeps_its_length_and_asks_both_people_again(world: World) -> None:
    cycle_id, session = _published(world)
    _accept(world, session)
    messages = _announce(world, session, start=session.starts_at + HOUR)
    assert [(each.method, each.sequence, each.partstat) for each in messages] == [
        (Method.REQUEST, 1, PartStat.NEEDS_ACTION)
    ] * 2
    assert {each.before.start for each in messages if each.before} == {session.starts_at}
    row = _first(world, cycle_id)
    assert (row.starts_at, row.ends_at) == (session.starts_at + HOUR, session.ends_at + HOUR)
    assert (row.sequence, row.asked_sequence, row.revision) == (1, 1, 1)


def test_place_and_link_keep_sequence_and_repeat_each_answer(world: World) -> None:
    cycle_id, session = _published(world)
    _accept(world, session)
    link = "https://meet.example.org/a"
    messages = _announce(
        world, session, mode=SessionMode.ONLINE, place="Building 4", join_link=link
    )
    assert [(each.sequence, each.partstat) for each in messages] == [
        (0, PartStat.ACCEPTED),
        (0, PartStat.NEEDS_ACTION),
    ]
    assert {each.invitation.place for each in messages} == {"Building 4"}
    row = _first(world, cycle_id)
    assert (row.mode, row.place, row.join_link) == (SessionMode.ONLINE, "Building 4", link)
    (second, _) = _announce(world, session, place="Building 5")
    assert second.invitation.join_link == link, "fields that are not given stay"
    assert _first(world, cycle_id).revision == 2


def test_calendar_offers_to_propose_another_time_until_the_cutoff(world: World) -> None:
    _, session = _published(world)
    refused = []
    for hours in (72, 71):
        with world.database.writing() as tx:
            (mail, _) = announce(
                tx,
                tx.get_one(SessionRow, session.id),
                SessionChange(place=f"Room {hours}"),
                now=session.starts_at - hours * HOUR,
            )
            refused.append(stored_message(mail).refuses_counter)
    assert refused == [False, True]


def test_topic_is_stored_and_never_sent(world: World) -> None:
    cycle_id, session = _published(world)
    assert _announce(world, session, topic="Stereotypes") == []
    assert _first(world, cycle_id).topic == "Stereotypes"
    messages = _announce(world, session, place="Room 1")
    assert all("Stereotypes" not in each.model_dump_json() for each in messages)


def test_cancelled_session_is_cancelled_for_both_and_cannot_be_changed(world: World) -> None:
    cycle_id, session = _published(world)
    messages = _announce(world, session, cancelled=True)
    assert [(each.method, each.sequence) for each in messages] == [(Method.CANCEL, 1)] * 2
    assert _first(world, cycle_id).state is SessionState.CANCELLED
    with pytest.raises(ConflictError, match="cancelled"):
        _announce(world, session, place="Room 1")


def test_session_that_has_started_is_not_changed(world: World) -> None:
    _, session = _published(world)
    with (
        world.database.writing() as tx,
        pytest.raises(ConflictError, match="has started"),
    ):
        announce(
            tx,
            tx.get_one(SessionRow, session.id),
            SessionChange(place="Room 1"),
            now=session.starts_at,
        )


@pytest.mark.parametrize("change", ["start in the past", "end before the start"])
def test_session_is_not_moved_into_the_past_nor_made_empty(world: World, change: str) -> None:
    _, session = _published(world)
    past, before = session.starts_at - 9_600 * HOUR, session.starts_at - HOUR
    times = {"start": past} if change == "start in the past" else {"end": before}
    with pytest.raises(ConflictError):
        _announce(world, session, **times)


@pytest.mark.parametrize(
    "link",
    ["http://meet.example.org/a", "javascript:alert(1)", "https://a:b@meet.example.org", "no link"],
)
def test_join_link_is_an_https_url_without_credentials(link: str) -> None:
    with pytest.raises(ValidationError):
        SessionChange(join_link=link)


def test_messages_stay_drafts_unless_they_are_released(world: World) -> None:
    _, session = _published(world)
    _announce(world, session, place="Room 1")
    _announce(world, session, release_with=world.services, place="Room 2")
    _announce(world, session, release_with=world.services_with_mail(), place="Room 3")
    with world.database.reading() as tx:
        states = tx.execute(
            select(MailRow.occasion, MailRow.state)
            .where(MailRow.kind == MailKind.INVITATION, MailRow.session_id == session.id)
            .distinct()
            .order_by(MailRow.occasion)
        ).all()
    assert [tuple(each) for each in states] == [
        (0, MailState.DRAFT),
        (1, MailState.DRAFT),
        (2, MailState.DRAFT),
        (3, MailState.WAITING),
    ]


def test_later_run_keeps_the_times_in_calendars_and_drops_cancelled_sessions(world: World) -> None:
    cycle_id, session = _published(world)
    _announce(world, session, start=session.starts_at + HOUR)
    with world.database.reading() as tx:
        keep = freeze_input(tx, cycle_id, RunOptions(), now=world.services.now()).keep
    assert keep is not None
    assert keep.matches[0].sessions[0].start == session.starts_at + HOUR
    _announce(world, session, cancelled=True)
    with world.database.reading() as tx:
        result = published_result(tx, cycle_id)
        assert result is not None
        kept = with_current_sessions(tx, cycle_id, result)
    assert [one.number for one in kept.matches[0].sessions] == [2]


def test_draft_from_before_a_move_is_outdated_and_place_survives_a_new_plan(world: World) -> None:
    cycle_id, session = _published(world)
    outdated = world.plan(cycle_id, world.result(PAIRS))
    _announce(world, session, start=session.starts_at + HOUR)
    _announce(world, session, place="Room 1")
    with (
        world.database.writing() as tx,
        pytest.raises(ConflictError, match="have changed since"),
    ):
        publish_draft(
            tx,
            world.services.keyring,
            outdated,
            now=world.services.now(),
            link_grace=timedelta(days=60),
        )
    world.published(cycle_id, world.result(PAIRS))
    row = _first(world, cycle_id)
    assert (row.starts_at, row.place) == (session.starts_at, "Room 1")
