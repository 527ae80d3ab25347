"""The whole life of invitations, through a real mail server and a real mailbox.

Each person has a calendar that applies the emails in the order of arrival. After every step, all
calendars show the sessions of the plan.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from icalendar import Calendar
from sqlalchemy import or_, select

from api.http.principal import AccessRole, Principal
from api.invitations.publish import publish_plan
from api.mail.rows import MailState
from api.own_data.leaving import leave_cycle
from api.replies.held import HeldAct, HeldDecision, decide_held, read_incoming_mails
from api.replies.mailbox import read_mailbox
from api.replies.rows import Reason
from api.rescheduling.decisions import Decision, decide, propose_offered
from api.rescheduling.office import cancel_session
from api.rescheduling.proposals import read_proposals
from api.rescheduling.slots import read_slots
from api.sessions.replies import ReplyInput
from api.sessions.rows import SessionRow, SessionState
from api.sessions.service import submit_reply
from coach.sessions import Reply
from tests.api.published import principal_of, published_sessions
from tests.api.replies.mail_shapes import Answered, exchange_counter, google, nextcloud
from tests.api.sending_office import MOMENT, SendingOffice
from tests.imap_server import pymap_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import World

    from api.background.job import Job
    from api.services import Services
    from api.sessions.session_details import SessionDetails
    from tests.imap_server import ImapMailbox
    from tests.mail_server import MailServer, Taken

OFFICE = Principal(AccessRole.MANAGER, user_id="office")
FIRST_PLAN = {"C-1": "K-1", "C-2": "K-2", "C-3": "K-2"}
SECOND_PLAN = {"C-1": "K-2", "C-3": "K-2"}  # C-2 has left, and K-1 has fallen ill


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImapMailbox]:
    with pymap_server(tmp_path_factory.mktemp("imap")) as running:
        yield running


@dataclass
class Office:
    """A programme office that sends and receives email, and the calendars of its people."""

    world: World
    server: MailServer
    inbox: ImapMailbox
    cycle_id: str = ""
    jobs: list[Job] = field(default_factory=list)
    now: datetime = MOMENT
    seen: int = 0
    calendars: dict[str, dict[str, tuple[datetime, datetime]]] = field(default_factory=dict)
    received: int = 0

    @property
    def services(self) -> Services:
        services = self.world.with_settings(mail=self.server.settings, replies=self.inbox.settings)
        return replace(
            services, enqueue=lambda _tx, job: self.jobs.append(job), now=lambda: self.now
        )

    def publish(self, pairs: dict[str, str], first_day: int = 20) -> None:
        result = self.world.result(pairs, first_day=first_day)
        plan = self.world.plan(self.cycle_id, result, now=self.now)
        publish_plan(self.services, plan)

    def deliver(self) -> list[Taken]:
        """Send all messages, apply them to the calendars and check these; return the messages."""
        sent = sending_all(self)
        for taken in sent:
            self._take(taken)
        for person, shown in self.calendars.items():
            assert shown == self._sessions(person), person
        self.now += timedelta(hours=1)
        return sent

    def session(self, code: str, number: int = 1) -> SessionDetails:
        """Return a coachee's confirmed session with the given number."""
        return next(
            one
            for one in published_sessions(self.world, self.cycle_id)
            if one.coachee.code == code
            and one.number == number
            and one.state is SessionState.CONFIRMED
        )

    def answer(self, session: SessionDetails, code: str, **changes: object) -> Answered:
        """Return the data of a person's answer to a session in their calendar."""
        self.received += 1
        token = self.world.services.keyring.reply_token(self.world.person_id(self.cycle_id, code))
        return Answered(
            uid=session.uid,
            to=f"coaching+{token}@example.org",
            attendee=address_of(code),
            sequence=session.sequence,
            stamp=f"{self.now:%Y%m%dT%H%M%SZ}",
            message_id=f"{self.received}@client.example",
        ).but(**changes)

    def receive(self, *raws: bytes) -> None:
        self.inbox.deliver(*raws)
        assert read_mailbox(self.services) == len(raws)

    def _take(self, taken: Taken) -> None:
        calendar = self.calendars.setdefault(taken.recipient, {})
        for part in taken.mail.walk():
            if part.get_content_type() != "text/calendar":
                continue
            found = Calendar.from_ical(part.get_content())
            assert part.get_param("method") == found["method"]
            (event,) = found.events
            if found["method"] == "REQUEST":
                calendar[str(event["uid"])] = (event.start, event.end)
            elif found["method"] == "CANCEL":
                calendar.pop(str(event["uid"]), None)

    def _sessions(self, address: str) -> dict[str, tuple[datetime, datetime]]:
        person = self.world.person_id(self.cycle_id, code_of(address))
        own = or_(SessionRow.coachee_id == person, SessionRow.coach_id == person)
        columns = (SessionRow.uid, SessionRow.starts_at, SessionRow.ends_at)
        confirmed = SessionRow.state == SessionState.CONFIRMED
        with self.world.database.reading() as tx:
            rows = tx.execute(select(*columns).where(own, confirmed)).all()
        return {row.uid: (row.starts_at, row.ends_at) for row in rows}


def address_of(code: str) -> str:
    return f"{code.replace('-', '').lower()}@example.org"


def code_of(address: str) -> str:
    return f"{address[0].upper()}-{address[1]}"


def sending_all(office: Office) -> list[Taken]:
    """Release all messages and send them as a worker does; return those the server accepted."""
    sending = SendingOffice(
        office.world, office.services, office.server, office.cycle_id, office.jobs
    )
    sending.release_messages()
    for job in office.jobs:
        sending.send(job)
    assert sending.states().keys() <= {MailState.SENT, MailState.CANCELLED}
    before, office.seen = office.seen, len(office.server.taken)
    return office.server.taken[before:]


@pytest.mark.slow
def test_calendars_show_the_plan_after_every_step_of_its_life(
    world: World, server: MailServer, inbox: ImapMailbox
) -> None:
    office = Office(world, server, inbox, world.cycle())

    # Publish, and introduce everybody: the introduction comes before the invitations.
    office.publish(FIRST_PLAN)
    sent = office.deliver()
    to_c1 = [one.mail for one in sent if one.recipient == "c1@example.org"]
    methods = [re.findall(r"METHOD:(\w+)", one.as_string()) for one in to_c1]
    assert len(to_c1) == 3
    assert "Coaching session" not in str(to_c1[0]["Subject"]), methods
    assert {one.recipient for one in sent} == set(
        map(address_of, ("C-1", "C-2", "C-3", "K-1", "K-2"))
    )

    # Accept by mail.
    office.receive(google(office.answer(office.session("C-1"), "C-1")))
    assert office.session("C-1").coachee_reply is Reply.ACCEPTED

    # Decline by web; the other side is told.
    session = office.session("C-1")
    coach = principal_of(session, session.coach.side)
    submit_reply(office.services, coach, session.id, ReplyInput(reply=Reply.DECLINED))
    assert "c1@example.org" in {one.recipient for one in office.deliver()}

    # Choose another time; the other side confirms, and both calendars move.
    time = read_slots(office.services, coach, session.id)[0]
    proposal = propose_offered(office.services, coach, session.id, time)
    coachee = principal_of(session, session.coachee.side)
    decide(office.services, coachee, session.id, proposal.id, Decision.CONFIRM)
    moved = office.deliver()
    assert {one.recipient for one in moved} >= {"c1@example.org", "k1@example.org"}
    assert office.session("C-1").start == time.start

    # A counter-proposal from Outlook, which the office refuses; the calendar is notified.
    session = office.session("C-2")
    counter = office.answer(session, "C-2", comment="Thursday, please")
    office.receive(exchange_counter(counter))
    (countered,) = read_proposals(office.services, OFFICE, session.id)
    decide(office.services, OFFICE, session.id, countered.id, Decision.REFUSE)
    refused = [one for one in office.deliver() if one.recipient == "c2@example.org"]
    assert any("METHOD:DECLINECOUNTER" in calendar_of(one) for one in refused)

    # A delegate is sent: the office decides.
    session = office.session("C-3")
    delegated = office.answer(
        session, "C-3", partstat='DELEGATED;DELEGATED-TO="mailto:deputy@example.org"'
    )
    office.receive(nextcloud(delegated))
    (held,) = read_incoming_mails(office.services).held
    assert held.reason is Reason.DELEGATED
    decide_held(office.services, held.id, HeldDecision(act=HeldAct.ACCEPT))

    # Cancel one session.
    cancel_session(office.services, OFFICE, office.session("C-3", 2).id)
    cancelled = office.deliver()
    assert {one.recipient for one in cancelled} == {"c3@example.org", "k2@example.org"}

    # Somebody leaves and a coach falls ill: a re-match replaces the coach.
    leaving = office.session("C-2")
    leave_cycle(office.services, principal_of(leaving, leaving.coachee.side))
    office.deliver()
    uids = set(office.calendars["c1@example.org"])
    office.publish(SECOND_PLAN, first_day=22)
    office.deliver()
    assert office.calendars["k1@example.org"] == {}
    assert office.calendars["c2@example.org"] == {}
    assert uids.isdisjoint(office.calendars["c1@example.org"]), "a new coach means new events"
    assert len(office.calendars["c1@example.org"]) == 2


def calendar_of(taken: Taken) -> str:
    """Return the calendar object in an email, or an empty string."""
    parts = [one for one in taken.mail.walk() if one.get_content_type() == "text/calendar"]
    return str(parts[0].get_content()) if parts else ""
