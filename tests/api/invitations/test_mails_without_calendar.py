"""Emails to people whose mail gateways remove calendar objects."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from api.audit_trail.rows import AuditRow
from api.group_events import changes
from api.group_events.entered import GroupDateInput, GroupEventInput
from api.invitations.announce import SessionChange, announce
from api.invitations.moved_address import move_invitations
from api.invitations.publish import publish_plan
from api.participants.humans import join_humans
from api.participants.notices import notify_address_change
from api.participants.rows import HumanRow, PersonRow
from api.people import addresses, duplicates
from api.people.addresses import CalendarObjects
from api.sessions.rows import SessionRow
from coach.group_events import GroupEventKind
from tests.api.sending_office import MOMENT, PAIRS, SendingOffice

if TYPE_CHECKING:
    from email.message import EmailMessage

    from conftest import World

ADDRESS = "c1@example.org"
LEFT_OUT = CalendarObjects(attach_ics=False)


def _human_id(world: World, cycle_id: str, code: str = "C-1") -> str:
    with world.database.reading() as tx:
        return tx.get_one(PersonRow, world.person_id(cycle_id, code)).human_id or ""


@pytest.fixture
def office(office_mail: SendingOffice) -> SendingOffice:
    """Return a deployment that sends email, with a person who receives no calendar objects."""
    human_id = _human_id(office_mail.world, office_mail.cycle_id)
    addresses.set_calendar_objects(office_mail.services, human_id, LEFT_OUT)
    return office_mail


def _send(office: SendingOffice, address: str = ADDRESS) -> list[EmailMessage]:
    """Release and send all pending messages, and return those to `address`."""
    before = len(office.server.taken)
    office.release_messages()
    office.send(*office.queue_all())
    return [one.mail for one in office.server.taken[before:] if one.recipient == address]


def _types(mail: EmailMessage) -> set[str]:
    return {part.get_content_type() for part in mail.walk()}


def _text(mail: EmailMessage) -> str:
    """Return the text of an email that has no calendar object."""
    assert _types(mail) == {"multipart/alternative", "text/plain", "text/html"}
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def _change(office: SendingOffice, **change: object) -> None:
    with office.services.database.writing() as tx:
        coachee = office.world.person_id(office.cycle_id, "C-1")
        row = tx.scalars(
            select(SessionRow).where(SessionRow.coachee_id == coachee, SessionRow.number == 1)
        ).one()
        announce(tx, row, SessionChange.model_validate(change), now=MOMENT)


def _assert_invitation(text: str, when: str) -> None:
    for needed in (when, "/accept", "/decline", "/invitation.ics"):
        assert needed in text


def test_invitation_change_and_cancellation_say_everything_in_words(office: SendingOffice) -> None:
    first, second = sorted(_send(office), key=lambda mail: str(mail["Subject"]))
    _assert_invitation(_text(first), "Wednesday 27 January 2027")
    _text(second)
    others = [one.mail for one in office.server.taken if one.recipient != ADDRESS]
    assert others
    assert all("text/calendar" in _types(mail) for mail in others)
    with office.services.database.reading() as tx:
        start = tx.scalars(select(SessionRow.starts_at).order_by(SessionRow.starts_at)).first()
    assert start is not None
    _change(office, start=start + timedelta(days=1))
    (changed,) = _send(office)
    _assert_invitation(_text(changed), "Thursday 28 January 2027")
    assert "Until now: Wednesday 27 January 2027" in _text(changed)
    _change(office, cancelled=True)
    (cancelled,) = _send(office)
    assert "Thursday 28 January 2027" in _text(cancelled)
    assert "remove" in _text(cancelled)


def test_group_events_and_their_cancellations_say_everything_in_words(
    office: SendingOffice,
) -> None:
    _send(office)
    given = GroupEventInput(
        kind=GroupEventKind.KICKOFF,
        timezone="Europe/Belgrade",
        minutes=120,
        dates=(GroupDateInput(day=date(2027, 2, 3), clock=time(10)),),
    )
    event = changes.create_event(office.services, office.cycle_id, given)
    (mail,) = _send(office)
    _assert_invitation(_text(mail), "Wednesday 3 February 2027")
    changes.cancel_event(office.services, office.cycle_id, event.id, version=None)
    (cancelled,) = _send(office)
    assert "Wednesday 3 February 2027" in _text(cancelled)


def test_introduction_does_not_promise_calendar_objects(office: SendingOffice) -> None:
    cycle_id = office.world.cycle()
    publish_plan(office.services, office.world.plan(cycle_id, office.world.result(PAIRS)))
    mails = _send(replace(office, cycle_id=cycle_id))
    (text,) = (_text(one) for one in mails if str(one["Subject"]).startswith("Your 2 coaching"))
    assert "Wednesday 27 January 2027" in text
    assert "/calendar/all.ics" in text
    assert "which your calendar understands" not in text


def test_cancellation_at_the_former_address_has_none_either(office: SendingOffice) -> None:
    _send(office)
    services = replace(office.services, address_changed=move_invitations)
    with services.database.writing() as tx:
        person = tx.get_one(PersonRow, office.world.person_id(office.cycle_id, "C-1"))
        former, person.email = person.email, "new@other.example"
        notify_address_change(tx, services, person, former)
    before = len(office.server.taken)
    office.send(*office.queue_all())
    arrived = [one for one in office.server.taken[before:] if one.recipient == ADDRESS]
    assert any("Wednesday 27 January 2027" in _text(one.mail) for one in arrived)
    assert all("text/calendar" not in _types(one.mail) for one in office.server.taken[before:])


def test_deployment_that_attaches_none_attaches_none_to_anybody(office: SendingOffice) -> None:
    human_id = _human_id(office.world, office.cycle_id)
    addresses.set_calendar_objects(office.services, human_id, CalendarObjects(attach_ics=True))
    deployment = office.services.settings.deployment.model_copy(update={"attach_ics": False})
    settings = office.services.settings.model_copy(update={"deployment": deployment})
    mails = _send(replace(office, services=replace(office.services, settings=settings)))
    assert mails
    assert all("text/calendar" not in _types(mail) for mail in mails)


def test_choice_is_recorded_once_and_survives_joining_and_separating(world: World) -> None:
    cycle_id = world.cycle()
    one, other = (_human_id(world, cycle_id, code) for code in ("C-1", "C-2"))
    for _ in range(2):
        entry = addresses.set_calendar_objects(world.services, other, LEFT_OUT)
    assert not entry.attach_ics
    with world.database.writing() as tx:
        recorded = tx.scalars(select(AuditRow.action).where(AuditRow.object_id == other)).all()
        assert recorded.count("calendar objects left out") == 1
        join_humans(tx, tx.get_one(HumanRow, one), tx.get_one(HumanRow, other))
    separated = duplicates.separate(world.services, world.person_id(cycle_id, "C-2"))
    assert separated.id != one
    assert not separated.attach_ics
