"""Random changes to a group event: calendars that apply all messages agree with the tables."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from api.group_events import changes, own
from api.group_events.entered import GroupDateInput, GroupEventInput
from api.group_events.invited import update_cycle
from api.group_events.reading import read_event
from api.http.principal import AccessRole, Principal
from api.invitations.event_messages import sent_to_person
from api.invitations.outgoing_invitation import stored_message
from api.mail.rows import MailRow
from api.participants.group_rows import GroupEventDateRow, GroupInvitationRow
from api.participants.rows import PersonRow
from api.sessions.replies import ReplyInput
from coach.group_events import Audience, GroupEventKind
from coach.invitations import PartStat, Status, apply_messages
from coach.sessions import Reply

if TYPE_CHECKING:
    from conftest import World

    from api.services import Services

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
PEOPLE = ("C-1", "C-2", "C-3", "K-1")


def entered(draw: random.Random, people: tuple[str, ...]) -> GroupEventInput:
    days = draw.sample(range(1, 20), draw.randint(1, 3))
    whole = draw.random() < 0.3
    return GroupEventInput(
        kind=draw.choice(tuple(GroupEventKind)),
        timezone=draw.choice(("Europe/Belgrade", "America/New_York")),
        minutes=None if whole else draw.choice((60, 90)),
        days=2 if whole else None,
        dates=tuple(
            GroupDateInput(
                day=date(2027, 3, day), clock=None if whole else time(draw.randint(8, 10))
            )
            for day in days
        ),
        place=draw.choice(("", "Kotor", "Budva")),
        audience=draw.choice(tuple(Audience)),
        people=tuple(draw.sample(people, draw.randint(1, len(people)))),
        required=draw.random() < 0.5,
    )


def step(
    world: World, services: Services, cycle_id: str, event_id: str, draw: random.Random
) -> None:
    ids = {code: world.person_id(cycle_id, code) for code in PEOPLE}
    code = draw.choice(PEOPLE)
    act = draw.choice(("change", "change", "leave", "join", "reply", "reply"))
    if act == "change":
        with world.database.reading() as tx:
            here = PersonRow.left_at.is_(None)
            present = set(tx.scalars(select(PersonRow.id).where(here)))
        people = tuple(one for one in ids.values() if one in present)
        if people:
            given = entered(draw, people)
            changes.change_event(services, cycle_id, event_id, given, version=None)
    elif act == "reply":
        me = Principal(AccessRole.COACHEE, person_id=ids[code])
        for one in own.read_own_events(services, me):
            if one.is_confirmed:
                reply = draw.choice((Reply.ACCEPTED, Reply.DECLINED))
                own.reply_to_event(services, me, one.id, ReplyInput(reply=reply))
    else:
        with services.database.writing() as tx:
            row = tx.get_one(PersonRow, ids[code])
            row.left_at = services.now() if act == "leave" else None
            update_cycle(tx, services, cycle_id)


def check(world: World) -> None:
    """Check that the messages to each person result in the stored state of each date."""
    with world.database.reading() as tx:
        rows = tx.execute(
            select(GroupInvitationRow, GroupEventDateRow.uid).join(
                GroupEventDateRow, GroupEventDateRow.id == GroupInvitationRow.date_id
            )
        ).all()
        for row, uid in rows:
            mails = tx.scalars(
                select(MailRow)
                .where(MailRow.group_invitation_id == row.id)
                .order_by(MailRow.occasion)
            )
            messages = [stored_message(mail) for mail in mails]
            stored, shown = sent_to_person(row, uid), apply_messages({}, messages)[uid]
            assert (shown.invitation, shown.sequence) == (stored.invitation, stored.sequence)
            assert shown.status is stored.status
            assert [one.sequence for one in messages] == sorted(one.sequence for one in messages)
            asked = [one.sequence for one in messages if one.asks_again]
            assert row.asked_sequence == asked[-1]
            if messages[-1].asks_again:
                assert messages[-1].partstat is PartStat.NEEDS_ACTION


@pytest.mark.parametrize("seed", range(4))
def test_calendars_equal_what_is_stored(world: World, seed: int) -> None:
    draw, moment = random.Random(seed), NOW
    cycle_id = world.cycle(coachees=3, coaches=1)
    people = tuple(world.person_id(cycle_id, code) for code in PEOPLE)
    services = replace(world.services, now=lambda: moment)
    event = changes.create_event(services, cycle_id, entered(draw, people))
    for _ in range(15):
        moment += timedelta(minutes=1)
        step(world, services, cycle_id, event.id, draw)
        check(world)
    changes.cancel_event(services, cycle_id, event.id, version=None)
    check(world)
    found = read_event(services, cycle_id, event.id).event
    assert not any(one.is_invited for one in found.invited)
    with world.database.reading() as tx:
        assert set(tx.scalars(select(GroupInvitationRow.status))) <= {Status.CANCELLED}
