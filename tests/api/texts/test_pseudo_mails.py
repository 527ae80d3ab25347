"""All text in emails comes from the catalogues, as every email in the pseudo-locale shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from icalendar import Calendar
from sqlalchemy import select

from api.aides.notices import (
    AideAct,
    AideEvent,
    answer_content,
    notify_of_answer,
    notify_of_link,
)
from api.coaching.agreements.rows import AgreementRow, FollowUpRow
from api.coaching.follow_up.rows import PostQuestionRow
from api.coaching.goals.rows import CommitmentRow
from api.database.types import new_id
from api.enrolment.address_codes import request_code
from api.enrolment.calls import CallInput, open_call
from api.enrolment.requests import request_from_all
from api.http.principal import AccessRole, Principal
from api.invitations.announce import SessionChange, announce
from api.invitations.introduction import draft_introductions
from api.invitations.moved_address import move_invitations
from api.mail.rows import MailKind, MailRow
from api.organisation import Organisation
from api.participants.notices import notify_address_change
from api.participants.rows import PersonRow, Side
from api.personal_links import one_time_codes
from api.personal_links.access_notices import AccessChange, notify_person
from api.personal_links.email_change import NewAddress
from api.personal_links.one_time_codes import CodePurpose
from api.personal_links.pins import reset_pin
from api.personal_links.rows import PinRow
from api.reminders.follow_ups import write_due_questions
from api.reminders.service import write_due_reminders
from api.rescheduling.decisions import Decision, decide, propose_offered
from api.rescheduling.rows import ProposalSource
from api.rescheduling.service import propose
from api.rescheduling.slots import read_slots
from api.session_reports.notices import NotebookEvent, notify_coach
from api.sessions.replies import ReplyInput
from api.sessions.rows import SessionRow, SessionState
from api.sessions.service import submit_reply
from coach.sessions import Reply, SessionMode
from tests.api.published import principal_of, published_sessions
from tests.api.sending_office import MOMENT
from tests.pseudo import LANGUAGE, unaccented, unaccented_in_page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

    from conftest import World

    from api.services import Services
    from api.sessions.session_details import SessionDetails
    from api.settings import Settings
    from tests.api.sending_office import SendingOffice

BEFORE = datetime(2027, 1, 21, 9, 0, tzinfo=UTC)  # the first sessions are on 27 January
DAY_BEFORE = datetime(2027, 1, 26, 9, 0, tzinfo=UTC)
AFTER = datetime(2027, 2, 4, 9, 0, tzinfo=UTC)
QUESTION = datetime(2026, 12, 9, 9, 0, tzinfo=UTC)
DATA = {
    Organisation().organiser_name,
    *(f"Coachee {n}" for n in range(1, 4)),
    "Coach 1",
    "Coach 2",
    "Firefox, Windows",
    "QZ-4",
}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"language": LANGUAGE})


def every_mail(office: SendingOffice) -> dict[str, list[EmailMessage]]:
    """Send emails of every kind, and return them keyed by a descriptive name."""
    world, services, taken = office.world, office.services, office.server.taken
    mails: dict[str, list[EmailMessage]] = {}

    def send(name: str, now: datetime = MOMENT) -> None:
        before = len(taken)
        later = replace(office, services=replace(services, now=lambda: now))
        later.send(*office.queue_all())
        mails.setdefault(name, []).extend(one.mail for one in taken[before:])

    with services.database.writing() as tx:
        people = tx.scalars(select(SessionRow.coachee_id)).all()
        draft_introductions(tx, office.cycle_id, sorted(set(people)), now=MOMENT)
    office.release_messages()
    send("introduction and invitation")
    world.published(office.cycle_id, world.result({"C-1": "K-2", "C-3": "K-1"}))
    office.release_messages()
    send("invitation and cancellation")
    coming = published_sessions(world, office.cycle_id)
    session = next(one for one in coming if one.state is SessionState.CONFIRMED)
    change_sessions(world)
    office.release_messages()
    send("change")
    with services.database.writing() as tx:
        coach = principal_of(session, Side.COACH)
        one_time_codes.send_code(tx, services, coach, CodePurpose.ADDRESS, detail="x@example.org")
    send("code")
    with services.database.writing() as tx:
        tx.add(PinRow(person_id=session.coach.id, pin_hash="x", set_at=MOMENT))
    reset_pin(services, session.coach.id)
    send("notice")
    change_address(services, session.coach.id)
    send("notice of a changed address")
    for change in AccessChange:
        for device in ("Firefox, Windows", ""):
            with services.database.writing() as tx:
                notify_person(tx, services, session.coach.id, change, device)
    send("notice about a PIN, passkey or device")
    for event in NotebookEvent:
        for device in ("Firefox, Windows", ""):
            with services.database.writing() as tx:
                notify_coach(tx, services, coach, event, device)
    send("notice about notes")
    for name in write_notices_about_sessions(services, session):
        send(name)
    request_from_all(services, office.cycle_id)
    send("request for details")
    before = len(taken)
    call = open_call(services, office.cycle_id, CallInput(last_day=date(2027, 2, 28)))
    to = NewAddress(address="any@example.org")
    request_code(services, call.link.rpartition("/")[2], to)
    mails["code of an applicant"] = [one.mail for one in taken[before:]]
    for now in write_questions(services, session):
        send("question after the cycle", now)
    for now in (BEFORE, DAY_BEFORE, AFTER):
        write_due_reminders(replace(services, now=lambda now=now: now))
        send("reminder", now)
    return mails


def write_questions(services: Services, session: SessionDetails) -> Iterator[datetime]:
    """Queue follow-ups after the cycle, and reminders a week later; yield each of the two times."""
    plan_questions(services, session)
    for now in (QUESTION, QUESTION + timedelta(days=7)):
        assert write_due_questions(replace(services, now=lambda now=now: now)) == 2
        yield now


def plan_questions(services: Services, session: SessionDetails) -> None:
    """Plan a question to a coachee, and another to a post that has taken over a commitment."""
    work = {"agreement_id": new_id(), "area": "policy", "nap_pillar": "none", "nap_reference": ""}
    changes = {"version": 1, "created_at": MOMENT, "changed_at": MOMENT}
    texts = dict.fromkeys(("unit_scope", "owner_role", "needs_approval_of"), "")
    day, closed = QUESTION.date(), {"state": "closed", "closed_as": "completed"}
    with services.database.writing() as tx:
        cycle_id = tx.get_one(PersonRow, session.coachee.id).cycle_id
        pair = {"coachee_id": session.coachee.id, "coach_id": session.coach.id}
        tx.add(
            AgreementRow(id=work["agreement_id"], cycle_id=cycle_id, **pair, **closed, **changes)
        )
        tx.flush()
        title = {"title": "x", "due": day, "state": "handed_over", "to_post": "QZ-4"}
        commitment = CommitmentRow(id=new_id(), **work, **texts, **title, **changes)
        tx.add(commitment)
        tx.flush()
        asked = {"cycle_id": cycle_id, "person_id": session.coachee.id, "due": day}
        asked["until"] = day + timedelta(days=30)
        of_pair = {"agreement_id": work["agreement_id"], "side": Side.COACHEE, "month": 3}
        tx.add(FollowUpRow(**of_pair, **asked))
        post = {"post": "QZ-4", "address": "any@example.org", "evidence": []}
        tx.add(PostQuestionRow(commitment_id=commitment.id, **post, **asked))


def write_notices_about_sessions(services: Services, session: SessionDetails) -> Iterator[str]:
    """Write notices about proposals and aides; yield the name of each kind after writing it."""
    yield from propose_and_decide(services, session)
    with services.database.writing() as tx:
        person = tx.get_one(PersonRow, session.coachee.id)
        notify_of_link(tx, services, person, "QZ-4")
        for event in set(AideEvent) - {AideEvent.LINK_MADE}:
            act = AideAct(event, session.start, session.end, session.start)
            content = answer_content("QZ-4", act)
            notify_of_answer(tx, services, person, content)
    yield "notice about an aide"


def change_address(services: Services, person_id: str) -> None:
    """Change the address of an invited person; their invitations move to the new address."""
    with services.database.writing() as tx:
        person = tx.get_one(PersonRow, person_id)
        person.email = "x@example.org"
        notify_address_change(tx, services, person, "k1@example.org")
        move_invitations(tx, services, person.id, "k1@example.org")


def change_sessions(world: World) -> None:
    """Move one session of each pair, and change another session's place and mode."""
    link = "https://meet.example.org/rooms/4d2c9f7a1b6e4d2c9f7a1b6e4d2c9f7a1b6e"
    changes = (
        {"mode": SessionMode.ONLINE, "join_link": link},
        {"mode": SessionMode.IN_PERSON, "place": "QZ-4", "join_link": ""},
        {"mode": SessionMode.PHONE, "place": ""},
    )
    with world.database.writing() as tx:
        rows = select(SessionRow).where(SessionRow.state == SessionState.CONFIRMED)
        for row in tx.scalars(rows).all():
            if row.number == 1:
                moved = SessionChange(start=row.starts_at + timedelta(hours=1))
                announce(tx, row, moved, now=MOMENT)
                continue
            for change in changes:
                announce(tx, row, SessionChange.model_validate(change), now=MOMENT)


def propose_and_decide(services: Services, session: SessionDetails) -> Iterator[str]:
    """Propose other times, decide on them, and reply; yield the name of each email to be sent."""
    coachee, coach = principal_of(session, Side.COACHEE), principal_of(session, Side.COACH)
    office = Principal(AccessRole.MANAGER, user_id="office")
    for decision, who in ((Decision.WITHDRAW, coachee), (Decision.REFUSE, coach)):
        time = read_slots(services, coachee, session.id)[0]
        assert time.moves
        proposal = propose_offered(services, coachee, session.id, time)
        yield "proposal"
        decide(services, who, session.id, proposal.id, decision)
        yield "closed proposal"
    with services.database.writing() as tx:
        sent = propose(
            tx,
            services,
            session.id,
            coach.person_id or "",
            session.start + timedelta(days=1),
            source=ProposalSource.MAIL,
            now=services.now(),
        )
    decide(services, office, session.id, sent.id, Decision.REFUSE)
    yield "refused counter-proposal"
    for reply in (Reply.DECLINED, Reply.ACCEPTED):
        submit_reply(services, coachee, session.id, ReplyInput(reply=reply))
        yield "answer notice"


def texts_of(mail: EmailMessage) -> list[str]:
    """Return the subject, the plain text, and the summaries and descriptions of events."""
    texts = [str(mail["Subject"])]
    for part in mail.walk():
        if part.get_content_type() == "text/plain":
            texts.append(part.get_content())
        if part.get_content_type() == "text/calendar":
            for event in Calendar.from_ical(part.get_content()).walk("VEVENT"):
                texts += [str(event[name]) for name in ("SUMMARY", "DESCRIPTION") if name in event]
    return texts


def unaccented_in_mail(mail: EmailMessage) -> list[str]:
    html = mail.get_body(("html",))
    assert html is not None
    plain = [text for text in texts_of(mail) if unaccented(text, DATA)]
    return plain + unaccented_in_page(html.get_content(), DATA)


@pytest.mark.slow
def test_all_text_of_mails_comes_from_the_catalogues_or_is_data(
    office_mail: SendingOffice, world: World
) -> None:
    mails = every_mail(office_mail)
    assert all(mails.values())
    with world.database.reading() as tx:
        assert set(tx.scalars(select(MailRow.kind))) == set(MailKind)
    found = {name: [*map(unaccented_in_mail, sent)] for name, sent in mails.items()}
    assert {name: texts for name, texts in found.items() if any(texts)} == {}
