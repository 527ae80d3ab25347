"""Invitations move to a person's new email address, in the transaction that changes it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from api.invitations.moved_address import move_invitations
from api.invitations.outgoing_invitation import stored_message
from api.mail.rows import MailKind, MailRow
from api.participants.notices import notify_address_change
from api.participants.rows import PersonRow
from api.sessions.rows import ReplyRow, SessionRow
from coach.invitations import Method, apply_messages
from coach.sessions import Reply
from tests.api.sending_office import MOMENT

if TYPE_CHECKING:
    from tests.api.sending_office import SendingOffice

NEW = "new@other.example"


def _change_address(office: SendingOffice) -> None:
    """Change the address of C-1 as every use case does, with the application's hook."""
    services = replace(office.services, address_changed=move_invitations)
    with services.database.writing() as tx:
        person = tx.get_one(PersonRow, office.world.person_id(office.cycle_id, "C-1"))
        former, person.email = person.email, NEW
        notify_address_change(tx, services, person, former)


def _send(office: SendingOffice) -> None:
    for job in office.jobs:  # each queues the next one
        office.send(job)


def _arrived(office: SendingOffice, address: str) -> list[tuple[str, str]]:
    """Return the method and PARTSTAT of each calendar object that arrived at an address."""
    found = []
    for one in office.server.taken:
        for part in one.mail.walk():
            if one.recipient == address and part.get_content_type() == "text/calendar":
                text = part.get_content()
                answer = "ACCEPTED" if "PARTSTAT=ACCEPTED" in text else ""
                found.append((str(part.get_param("method")), answer))
    return found


def test_invitations_are_cancelled_at_the_old_address_and_sent_to_the_new_one(
    office_mail: SendingOffice,
) -> None:
    office_mail.release_messages()
    _send(office_mail)
    with office_mail.services.database.writing() as tx:
        coachee = office_mail.world.person_id(office_mail.cycle_id, "C-1")
        first = tx.scalars(select(SessionRow).where(SessionRow.coachee_id == coachee)).first()
        assert first is not None
        tx.add(
            ReplyRow(
                session_id=first.id,
                person_id=coachee,
                reply=Reply.ACCEPTED,
                sequence=0,
                replied_at=MOMENT,
            )
        )
    _change_address(office_mail)
    _send(office_mail)
    assert _arrived(office_mail, "c1@example.org") == [("REQUEST", "")] * 2 + [("CANCEL", "")] * 2
    assert sorted(_arrived(office_mail, NEW)) == [("REQUEST", ""), ("REQUEST", "ACCEPTED")]
    assert not any("K-1" in str(one.mail) for one in office_mail.server.taken)


def test_a_calendar_that_gets_both_keeps_the_session(office_mail: SendingOffice) -> None:
    office_mail.release_messages()
    _send(office_mail)
    _change_address(office_mail)
    with office_mail.services.database.reading() as tx:
        coachee = office_mail.world.person_id(office_mail.cycle_id, "C-1")
        kinds = (MailKind.INVITATION, MailKind.MOVED_AWAY)
        rows = tx.scalars(
            select(MailRow)
            .where(MailRow.person_id == coachee, MailRow.kind.in_(kinds))
            .order_by(MailRow.occasion)
        ).all()
        messages = [stored_message(row) for row in rows]
        sessions = tx.scalars(select(SessionRow).where(SessionRow.coachee_id == coachee)).all()
        latest = {row.uid: row.sequence for row in sessions}
    for order in (messages, messages[::-1]):
        calendar = apply_messages({}, order)
        assert {uid: one.sequence for uid, one in calendar.items()} == latest
        assert all(one.status.value == "CONFIRMED" for one in calendar.values())
    assert {message.method for message in messages} == {Method.REQUEST, Method.CANCEL}


def test_messages_that_were_not_sent_yet_only_go_to_the_new_address(
    office_mail: SendingOffice,
) -> None:
    _change_address(office_mail)
    office_mail.release_messages()
    _send(office_mail)
    assert _arrived(office_mail, "c1@example.org") == []
    assert _arrived(office_mail, NEW) == [("REQUEST", "")] * 2
