"""Viewing emails before publishing, before sending and after sending; test emails; resending."""

from __future__ import annotations

from collections import Counter
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from icalendar import Calendar, Event
from sqlalchemy import func, select

from api.invitations import dispatch, reading
from api.invitations.announce import SessionChange, announce
from api.invitations.plan_preview import preview_plan
from api.invitations.publish import publish_plan
from api.invitations.reading import HIDDEN_SECRET, SampleRecipient
from api.mail.rows import MailKind, MailRow, MailState
from api.sessions.rows import SessionRow
from coach.errors import ConflictError, NotFoundError
from tests.api.sending_office import MOMENT

if TYPE_CHECKING:
    from email.message import Message

    import httpx
    from conftest import World

    from tests.api.sending_office import SendingOffice

PAIRS = {"C-1": "K-1", "C-2": "K-2"}


def _mail(office: SendingOffice, code: str = "C-1") -> MailRow:
    """Return the message to a person about their first session."""
    with office.services.database.reading() as tx:
        row = tx.scalars(
            select(MailRow)
            .join(SessionRow, SessionRow.id == MailRow.session_id)
            .where(MailRow.person_id == office.world.person_id(office.cycle_id, code))
            .order_by(SessionRow.number)
            .limit(1)
        ).one()
        tx.expunge(row)
        return row


def test_manager_reads_text_html_and_calendar_without_the_secret_link(
    office_mail: SendingOffice, world: World
) -> None:
    page = reading.read_mail(office_mail.services, office_mail.cycle_id, _mail(office_mail).id)
    secret = world.link(office_mail.cycle_id, "C-2").secret
    shown = page.mail.plain + page.mail.html + page.mail.calendar
    assert HIDDEN_SECRET in page.mail.plain
    assert secret not in shown
    assert "Coaching session 1 of 2" in page.mail.html
    assert "METHOD:REQUEST" in page.mail.calendar
    assert page.mail.state is MailState.DRAFT


def test_mail_is_read_only_in_its_own_cycle(office_mail: SendingOffice, world: World) -> None:
    with pytest.raises(NotFoundError):
        reading.read_mail(office_mail.services, world.cycle(), _mail(office_mail).id)


def test_html_is_served_for_a_sandboxed_frame_without_scripts(
    office: httpx.Client, world: World
) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    with world.database.reading() as tx:
        mail_id = tx.scalars(select(MailRow.id).limit(1)).one()
    page = office.get(f"/cycles/{cycle_id}/messages/{mail_id}")
    assert "sandbox" in page.text
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    body = office.get(f"/cycles/{cycle_id}/messages/{mail_id}/html")
    policy = body.headers["Content-Security-Policy"]
    assert policy.endswith("sandbox")
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert body.headers["X-Frame-Options"] == "SAMEORIGIN"
    listed = office.get(f"/cycles/{cycle_id}/messages").text
    assert listed.index("Coach 1") < listed.index("Coach 2") < listed.index("Coachee 1")
    assert office.get(f"/cycles/{world.cycle()}/messages/{mail_id}").status_code == 404


def test_reply_to_a_test_email_is_attributed_to_nobody(office_mail: SendingOffice) -> None:
    mail = _mail(office_mail)
    to = SampleRecipient(address="manager@example.org")
    reading.send_test(office_mail.services, office_mail.cycle_id, mail.id, to)
    (taken,) = office_mail.server.taken
    assert taken.recipient == "manager@example.org"
    token = office_mail.services.keyring.reply_token(mail.person_id)
    assert token.encode() not in taken.content
    calendar = next(p for p in taken.mail.walk() if p.get_content_type() == "text/calendar")
    (event,) = Calendar.from_ical(calendar.get_content()).walk("VEVENT")
    assert str(event["UID"]).startswith("test-")
    assert "ATTENDEE" in event
    assert str(event["ATTENDEE"]) == "mailto:manager@example.org"
    assert _mail(office_mail).state is MailState.DRAFT


def test_refused_test_is_reported(office_mail: SendingOffice) -> None:
    office_mail.server.to_recipient["manager@example.org"] = ["550 No"]
    to = SampleRecipient(address="manager@example.org")
    with pytest.raises(ConflictError, match="550 No"):
        reading.send_test(office_mail.services, office_mail.cycle_id, _mail(office_mail).id, to)


def test_mail_sent_again_is_new_to_programs_and_the_same_to_calendars(
    office_mail: SendingOffice,
) -> None:
    office_mail.release_messages()
    office_mail.send(*office_mail.queue_all())
    before = len(office_mail.server.taken)
    mail = _mail(office_mail)
    dispatch.send_again(office_mail.services, office_mail.cycle_id, mail.id)
    for job in office_mail.jobs:
        office_mail.send(job)
    (again,) = office_mail.server.taken[before:]
    assert again.recipient == "c1@example.org"
    with office_mail.services.database.reading() as tx:
        row = tx.get_one(MailRow, mail.id)
        assert row.content is not None
        assert row.content["sequence"] == 0
        assert row.state is MailState.SENT
    uid = _event(again.mail)["UID"]
    first = next(
        one
        for one in office_mail.server.taken
        if one.recipient == again.recipient and _event(one.mail)["UID"] == uid
    )
    assert first.mail["Message-ID"] != again.mail["Message-ID"]
    earlier, later = (_event(one.mail) for one in (first, again))
    assert later["DTSTAMP"].dt > earlier["DTSTAMP"].dt, "DTSTAMP is when it was created"
    assert later["SEQUENCE"] == earlier["SEQUENCE"]


def test_second_of_two_presses_sends_nothing_again(office_mail: SendingOffice) -> None:
    office_mail.release_messages()
    office_mail.send(*office_mail.queue_all())
    before, mail = len(office_mail.server.taken), _mail(office_mail)
    for _ in range(2):
        dispatch.send_again(
            office_mail.services, office_mail.cycle_id, mail.id, seen_tries=mail.tries
        )
        for job in office_mail.jobs:
            office_mail.send(job)
    assert len(office_mail.server.taken) == before + 1


def _event(mail: Message) -> Event:
    part = next(one for one in mail.walk() if one.get_content_type() == "text/calendar")
    (event,) = Calendar.from_ical(part.get_payload(decode=True)).walk("VEVENT")
    return event


def test_a_program_reads_a_message_like_the_page_and_sends_it_again_once(
    office: httpx.Client, world: World
) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    with world.database.reading() as tx:
        mail_id = tx.scalars(select(MailRow.id).where(MailRow.kind == MailKind.INVITATION)).first()
    path = f"/api/v1/cycles/{cycle_id}/messages/{mail_id}"
    read = office.get(path).raise_for_status().json()
    page = office.get(f"/cycles/{cycle_id}/messages/{mail_id}").text
    assert read["mail"]["subject"] in page
    assert read["mail"]["calendar"].startswith("BEGIN:VCALENDAR")
    assert HIDDEN_SECRET in read["mail"]["plain"]
    assert read["mail"]["tries"] == 0
    assert office.get(path.replace(cycle_id, world.cycle())).status_code == 404
    for act, body in (("test", {"address": "me@example.org"}), ("again", {"tries": 0})):
        answer = office.post(f"{path}/{act}", json=body)
        assert answer.status_code == 409
        assert "does not send email" in answer.json()["detail"]


def test_only_the_latest_message_that_was_sent_can_be_sent_again(
    office_mail: SendingOffice,
) -> None:
    mail = _mail(office_mail)
    with pytest.raises(ConflictError, match="has not been sent, so it cannot be sent again"):
        dispatch.send_again(office_mail.services, office_mail.cycle_id, mail.id)
    office_mail.release_messages()
    office_mail.send(*office_mail.queue_all())
    with office_mail.services.database.writing() as tx:
        row = tx.get_one(SessionRow, mail.session_id)
        announce(tx, row, SessionChange(place="Building 4"), now=MOMENT)
    with pytest.raises(ConflictError, match="newer message"):
        dispatch.send_again(office_mail.services, office_mail.cycle_id, mail.id)


def test_preview_of_a_draft_shows_a_sample_of_each_kind_and_leaves_nothing(world: World) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    plan_id = world.plan(cycle_id, world.result({"C-1": "K-1"}, first_day=21))

    def rows() -> list[int]:
        with world.database.reading() as tx:
            tables = (MailRow, SessionRow)
            return [tx.scalar(select(func.count()).select_from(table)) or 0 for table in tables]

    before = rows()
    preview = preview_plan(world.services, plan_id)
    kinds = [each.line.kind.words.code for each in preview.mails]
    assert sorted(kinds) == [
        "invitations.kind_cancellation",
        "invitations.kind_introduction",
        "invitations.kind_new_time",
    ]
    person = world.person_id(cycle_id, "C-1")
    own = preview_plan(world.services, plan_id, person)
    assert {each.to.code for each in own.mails} == {"C-1"}
    assert {one.code: one.count for one in own.people}["C-1"] == len(own.mails) == 3
    assert rows() == before
    with world.database.reading() as tx:
        kinds_stored = set(tx.scalars(select(MailRow.kind)))
    assert kinds_stored == {MailKind.INVITATION}


def test_preview_of_a_draft_counts_what_publishing_it_creates(world: World) -> None:
    cycle_id = world.cycle(coachees=4, coaches=2)
    world.published(cycle_id, world.result(PAIRS))
    result = world.result({"C-1": "K-1", "C-2": "K-1", "C-4": "K-2"}, first_day=21)
    plan_id = world.plan(cycle_id, result)
    preview = preview_plan(world.services, plan_id)
    counted = {one.id: one.count for one in preview.people}
    with world.database.reading() as tx:
        existing = set(tx.scalars(select(MailRow.id)))
    published = publish_plan(world.services, plan_id)
    assert published.model_dump(exclude={"plan"}) == preview.publication.model_dump(
        exclude={"plan"}
    )
    with world.database.reading() as tx:
        mails = tx.execute(select(MailRow.id, MailRow.person_id)).all()
    assert counted == Counter(person for id_, person in mails if id_ not in existing)


def test_pages_for_reading_are_found_from_the_plan(office: httpx.Client, world: World) -> None:
    cycle_id = world.cycle()
    plan_id = world.plan(cycle_id, world.result(PAIRS))
    assert f"/plans/{plan_id}/messages" in office.get(f"/plans/{plan_id}").text
    page = office.get(f"/plans/{plan_id}/messages")
    assert page.status_code == HTTPStatus.OK
    assert "Your 2 coaching sessions" in page.text
