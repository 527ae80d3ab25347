"""Emails about changed sessions, as received by participants."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from api.invitations.announce import SessionChange, announce
from api.sessions.rows import ReplyRow, SessionRow
from coach.sessions import Reply
from tests.api.sending_office import MOMENT

if TYPE_CHECKING:
    from email.message import EmailMessage

    from conftest import World

    from api.settings import Settings
    from tests.api.sending_office import SendingOffice


def _change(office: SendingOffice, **change: object) -> str:
    """Change C-1's first session, and return its id."""
    with office.services.database.writing() as tx:
        coachee = office.world.person_id(office.cycle_id, "C-1")
        row = tx.scalars(
            select(SessionRow).where(SessionRow.coachee_id == coachee, SessionRow.number == 1)
        ).one()
        announce(tx, row, SessionChange.model_validate(change), now=MOMENT)
        return row.id


def _send(office: SendingOffice) -> list[EmailMessage]:
    """Release and send all pending messages, and return the messages to C-1."""
    before = len(office.server.taken)
    office.release_messages()
    office.send(*office.queue_all())
    sent = office.server.taken[before:]
    return [one.mail for one in sent if "c1@example.org" in str(one.mail["To"])]


def _plain(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_session_changed_before_it_was_announced_is_a_plain_invitation(
    office_mail: SendingOffice,
) -> None:
    _change(office_mail, place="Building 4")
    first, second = sorted(_send(office_mail), key=lambda mail: str(mail["Subject"]))
    assert str(first["Subject"]).startswith("Coaching session 1 of 2")
    assert "Where: Building 4" in _plain(first)
    assert "Until now" not in _plain(first)
    assert str(second["Subject"]).startswith("Coaching session 2 of 2")


def test_change_is_compared_with_what_was_last_sent_and_repeats_the_latest_reply(
    office_mail: SendingOffice,
) -> None:
    _send(office_mail)
    session_id = _change(office_mail, place="Building 4")
    _change(office_mail, place="Building 5")
    with office_mail.services.database.writing() as tx:
        coachee = office_mail.world.person_id(office_mail.cycle_id, "C-1")
        reply = ReplyRow(
            session_id=session_id,
            person_id=coachee,
            reply=Reply.ACCEPTED,
            sequence=0,
            replied_at=MOMENT,
        )
        tx.add(reply)
    (mail,) = _send(office_mail)
    plain = _plain(mail)
    assert "Previous place: not set" in plain
    assert "New place: Building 5" in plain
    assert "You have accepted this session" in plain
    calendar = next(p for p in mail.walk() if p.get_content_type() == "text/calendar")
    assert "PARTSTAT=ACCEPTED" in calendar.get_content()


def test_moved_session_asks_again(office_mail: SendingOffice) -> None:
    _send(office_mail)
    with office_mail.services.database.reading() as tx:
        start = tx.scalars(select(SessionRow.starts_at).order_by(SessionRow.starts_at)).first()
    assert start is not None
    _change(office_mail, start=start + timedelta(hours=1))
    (mail,) = _send(office_mail)
    assert str(mail["Subject"]).startswith("New time: ")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "Until now: " in _plain(mail)


class TestWithNames:
    """Emails of a deployment that names the coach and leaves out calendar objects."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        update = {"names_coach": True, "attach_ics": False}
        deployment = settings.deployment.model_copy(update=update)
        return settings.model_copy(update={"deployment": deployment})

    def test_only_coachees_read_a_name_and_the_text_links_to_the_calendar_file(
        self, office_mail: SendingOffice, world: World
    ) -> None:
        _send(office_mail)
        by_person = {str(one.mail["To"]): one.mail for one in office_mail.server.taken}
        coachee, coach = (
            by_person["Coachee 1 <c1@example.org>"],
            by_person["Coach 1 <k1@example.org>"],
        )
        assert "With: Coach 1" in _plain(coachee)
        assert "Coachee" not in _plain(coach)
        assert {part.get_content_type() for part in coachee.walk()} == {
            *("multipart/alternative", "text/plain", "text/html")
        }
        link = world.link(office_mail.cycle_id, "C-2").secret
        assert link not in _plain(coachee)
        assert "/invitation.ics" in _plain(coachee)
