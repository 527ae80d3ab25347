"""Reminders: recipients, times, neutral language, and at most one reminder of each kind."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from itertools import islice
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from api.audit_trail.rows import AuditRow
from api.background.job_type import JobContext
from api.cycles.service import cycle_row
from api.http.principal import AccessRole, Principal
from api.invitations.delivery_status import delivery_status
from api.invitations.dispatch import mark_sent_otherwise
from api.mail.job import MailJob
from api.mail.rows import REMINDER_KINDS, MailKind, MailRow, MailState
from api.mail.settings import MailSettings
from api.mail_registry import MAIL_REGISTRY
from api.participants import rosters, upload
from api.participants.rows import PersonRow, Side
from api.reminders.service import write_due_reminders
from api.reminders.switch import ReminderSwitch, switch_reminders
from api.session_reports import records
from api.sessions import replies
from api.sessions.replies import ReplyInput
from api.sessions.rows import SessionRow
from api.sessions.schedule import own_session
from coach.feedback import SharedRecord
from coach.sessions import Attendance, Reply
from tests.mail_server import MailServer

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    import httpx
    from conftest import World

    from api.background.job import Job
    from api.services import Services
    from api.settings import Settings

PAIRS = {"C-1": "K-1", "C-2": "K-2"}
FIRST = datetime(2027, 1, 27, 8, 0, tzinfo=UTC)  # C-1's first session; C-2's is two hours later
BEFORE = datetime(2027, 1, 21, 9, 0, tzinfo=UTC)
AFTER = datetime(2027, 2, 1, 9, 0, tzinfo=UTC)


@dataclass
class Cycle:
    """A cycle with two pairs and two sessions per pair, with all invitations sent."""

    world: World
    id: str
    jobs: list[Job]
    mail: MailSettings = field(default_factory=lambda: MailSettings(host="127.0.0.1"))

    def write_due_reminders(self, now: datetime) -> Counter[tuple[MailKind, str]]:
        """Create the reminders due at `now`; return the number per kind and spreadsheet id."""
        with self.world.database.reading() as tx:
            before = set(tx.scalars(select(MailRow.id)))
        write_due_reminders(self._services(self.mail, now))
        with self.world.database.reading() as tx:
            query = select(MailRow.id, MailRow.kind, PersonRow.code)
            rows = tx.execute(query.join(PersonRow, PersonRow.id == MailRow.person_id)).all()
        return Counter((kind, code) for key, kind, code in rows if key not in before)

    def switch(self, *, on: bool, now: datetime) -> None:
        switch_reminders(self._services(self.mail, now), self.id, ReminderSwitch(on=on))

    def send(self, server: MailServer, now: datetime, at_most: int | None = None) -> Counter[str]:
        """Perform the queued jobs like a worker, and return the number of emails per recipient.

        Each job queues the next one.
        """
        context = JobContext(self._services(server.settings, now), "worker@1")
        before = len(server.taken)
        for job in islice(self.jobs, at_most):
            MailJob(context, MAIL_REGISTRY)(job.subject_id)
        return Counter(taken.recipient.partition("@")[0] for taken in server.taken[before:])

    def _services(self, mail: MailSettings, now: datetime) -> Services:
        settings = self.world.services.settings.model_copy(update={"mail": mail})
        return replace(
            self.world.services,
            settings=settings,
            enqueue=lambda _tx, job: self.jobs.append(job),
            now=lambda: now,
        )

    def mark_all_invitations_sent(self, at: datetime) -> None:
        with self.world.database.writing() as tx:
            unsent = update(MailRow).where(MailRow.state == MailState.DRAFT)
            tx.execute(unsent.values(state=MailState.SENT, ended_at=at))

    def first_session(self, code: str) -> str:
        with self.world.database.reading() as tx:
            person = self.world.person_id(self.id, code)
            mine = (SessionRow.coachee_id == person) | (SessionRow.coach_id == person)
            query = select(SessionRow.id).where(mine).order_by(SessionRow.starts_at)
            return tx.scalars(query).first() or ""

    def principal(self, code: str) -> Principal:
        role = AccessRole.COACH if code.startswith("K") else AccessRole.COACHEE
        return Principal(role, person_id=self.world.person_id(self.id, code))

    def accept(self, code: str, reply: Reply = Reply.ACCEPTED) -> None:
        with self.world.database.writing() as tx:
            answer = ReplyInput(reply=reply)
            session = self.first_session(code)
            replies.store_reply(
                tx,
                self.world.services,
                self.principal(code),
                own_session(tx, self.principal(code), session),
                answer,
                now=BEFORE,
            )


@pytest.fixture
def cycle(world: World) -> Cycle:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    cycle = Cycle(world, cycle_id, [])
    cycle.mark_all_invitations_sent(datetime(2026, 12, 2, 9, 0, tzinfo=UTC))
    return cycle


def _all(kind: MailKind, *codes: str) -> Counter[tuple[MailKind, str]]:
    return Counter((kind, code) for code in codes)


def test_people_who_have_not_replied_are_reminded_once_a_week_before(cycle: Cycle) -> None:
    assert cycle.write_due_reminders(FIRST - timedelta(days=8)) == Counter()
    cycle.accept("C-1")
    assert cycle.write_due_reminders(BEFORE) == _all(MailKind.REPLY_REMINDER, "K-1", "C-2", "K-2")
    assert cycle.write_due_reminders(BEFORE) == Counter()
    assert cycle.write_due_reminders(BEFORE + timedelta(days=2)) == Counter()
    assert {job.partition for job in cycle.jobs} == {"example.org"}


def test_a_missing_record_and_missing_feedback_cause_one_reminder_each(cycle: Cycle) -> None:
    cycle.mail = cycle.mail.model_copy(update={"remind_reply_days": 0})
    assert cycle.write_due_reminders(FIRST + timedelta(days=1)) == Counter()
    record = SharedRecord(session_date=date(2027, 1, 27), attendance="no_show", topic="x")
    with cycle.world.database.writing() as tx:
        session = cycle.first_session("K-1")
        records.store_record(
            tx,
            cycle.principal("K-1"),
            own_session(tx, cycle.principal("K-1"), session),
            record,
            now=AFTER,
        )
    assert record.attendance is Attendance.NO_SHOW
    expected = _all(MailKind.RECORD_REMINDER, "K-2") + _all(MailKind.FEEDBACK_REMINDER, "C-2")
    assert cycle.write_due_reminders(AFTER) == expected, (
        "there is no reminder for a session that did not take place"
    )
    assert cycle.write_due_reminders(AFTER + timedelta(hours=1)) == Counter()


def test_participants_are_reminded_of_a_session_on_the_working_day_before_it(cycle: Cycle) -> None:
    everybody = ("C-1", "K-1", "C-2", "K-2")
    for code in everybody:
        cycle.accept(code)
    day_before = FIRST.replace(hour=9) - timedelta(days=1)
    assert cycle.write_due_reminders(day_before - timedelta(days=1)) == Counter()
    assert cycle.write_due_reminders(day_before) == _all(MailKind.SESSION_REMINDER, *everybody)
    assert cycle.write_due_reminders(FIRST.replace(hour=7, minute=30)) == Counter()


def test_absence_on_the_day_before_brings_the_reminder_forward(cycle: Cycle) -> None:
    cycle.accept("C-1")
    with cycle.world.database.writing() as tx:
        person = tx.get_one(PersonRow, cycle.world.person_id(cycle.id, "C-1"))
        away = {"first": "2027-01-23", "last": "2027-01-26"}  # a Saturday to a Tuesday
        person.profile = person.profile | {"unavailable": [away]}
    friday = datetime(2027, 1, 22, 9, 0, tzinfo=UTC)
    assert (MailKind.SESSION_REMINDER, "C-1") in cycle.write_due_reminders(friday)


def test_nobody_is_reminded_of_a_session_that_they_declined(cycle: Cycle) -> None:
    cycle.accept("C-1", Reply.DECLINED)
    found = cycle.write_due_reminders(FIRST - timedelta(hours=22))
    assert (MailKind.SESSION_REMINDER, "K-1") in found
    assert (MailKind.SESSION_REMINDER, "C-1") not in found


@pytest.mark.parametrize("quiet", ["weekend", "blackout", "absence"])
def test_reminders_wait_until_a_quiet_time_is_over(cycle: Cycle, quiet: str) -> None:
    now = BEFORE + timedelta(days=2) if quiet == "weekend" else BEFORE
    with cycle.world.database.writing() as tx:
        if quiet == "blackout":
            row = cycle_row(tx, cycle.id)
            blackout = [{"first": "2027-01-21", "last": "2027-01-24"}]
            row.policy = row.policy | {"calendar": row.policy["calendar"] | {"blackout": blackout}}
        if quiet == "absence":
            for code in ("C-1", "K-1", "C-2", "K-2"):
                person = tx.get_one(PersonRow, cycle.world.person_id(cycle.id, code))
                away = {"first": "2027-01-21", "last": "2027-01-24"}
                person.profile = person.profile | {"unavailable": [away]}
    assert cycle.write_due_reminders(now) == Counter()
    monday = datetime(2027, 1, 25, 9, 0, tzinfo=UTC)
    assert len(cycle.write_due_reminders(monday)) == 4


def test_a_person_gets_one_email_a_day_which_lists_what_else_is_open(
    cycle: Cycle, server: MailServer
) -> None:
    world = cycle.world
    world.published(cycle.id, world.result({"C-1": "K-1", "C-2": "K-1"}))
    cycle.mark_all_invitations_sent(datetime(2026, 12, 3, 9, 0, tzinfo=UTC))
    first = cycle.write_due_reminders(BEFORE)
    assert first[MailKind.REPLY_REMINDER, "K-1"] == 1
    assert cycle.write_due_reminders(BEFORE + timedelta(hours=5)) == Counter()
    cycle.send(server, BEFORE)
    taken = next(taken for taken in server.taken if taken.recipient == "k1@example.org")
    assert "Also waiting for you" in taken.text
    assert "Coaching session 1 of 2, Wed 27 Jan 2027, 11:00 CET: you have not replied yet" in (
        taken.text
    )
    assert cycle.write_due_reminders(BEFORE + timedelta(days=1)) == _all(
        MailKind.REPLY_REMINDER, "K-1"
    )


def test_old_sessions_cause_no_reminders(cycle: Cycle) -> None:
    found = cycle.write_due_reminders(datetime(2027, 6, 1, 9, 0, tzinfo=UTC))
    assert found == Counter()


def test_no_reminder_is_created_at_night_in_the_recipients_time_zone(cycle: Cycle) -> None:
    with cycle.world.database.writing() as tx:
        person = tx.get_one(PersonRow, cycle.world.person_id(cycle.id, "C-1"))
        person.timezone = "Pacific/Auckland"
    assert cycle.write_due_reminders(BEFORE.replace(hour=2)) == _all(MailKind.REPLY_REMINDER, "C-1")
    assert cycle.write_due_reminders(BEFORE) == _all(MailKind.REPLY_REMINDER, "K-1", "C-2", "K-2")


def test_people_who_left_or_were_not_invited_and_cancelled_sessions_are_skipped(
    cycle: Cycle,
) -> None:
    world = cycle.world
    with world.database.writing() as tx:
        staying = rosters.roster_of(tx, cycle.id).coachees[1:]
        upload.store_list(tx, cycle.id, Side.COACHEE, staying, now=BEFORE)
    assert set(cycle.write_due_reminders(BEFORE)) == {
        (MailKind.REPLY_REMINDER, code) for code in ("K-1", "C-2", "K-2")
    }
    world.published(cycle.id, world.result({"C-2": "K-2"}, first_day=21))
    later = BEFORE + timedelta(hours=2)
    assert cycle.write_due_reminders(later) == Counter(), "the new time has not been sent"
    cycle.mark_all_invitations_sent(later)
    assert cycle.write_due_reminders(later) == Counter(), "the new time was sent only now"
    assert cycle.write_due_reminders(later + timedelta(days=1)) == _all(
        MailKind.REPLY_REMINDER, "C-2", "K-2"
    )


def test_settings_disable_reminders_before_and_after_sessions(cycle: Cycle) -> None:
    cycle.mail = MailSettings(
        host="127.0.0.1", remind_session_days=0, remind_reply_days=0, remind_after_days=0
    )
    assert cycle.write_due_reminders(BEFORE) == Counter()
    assert cycle.write_due_reminders(AFTER) == Counter()


def test_a_reminder_is_neutral_links_to_the_page_and_is_not_sent_after_a_reply(
    cycle: Cycle, server: MailServer
) -> None:
    cycle.write_due_reminders(BEFORE)
    cycle.accept("C-1")
    sent = cycle.send(server, BEFORE)
    assert sent == Counter(["k1", "c2", "k2"]), "C-1 has replied in the meantime"
    assert cycle.send(server, BEFORE) == Counter(), "a repeated job sends nothing"
    taken = next(taken for taken in server.taken if taken.recipient == "c2@example.org")
    assert taken.mail["Subject"] == "Reminder: Coaching session 1 of 2: Wed 27 Jan 2027, 11:00 CET"
    assert taken.mail["Reply-To"].startswith("replies+")
    assert "Wednesday 27 January 2027" in taken.text
    assert "/p/" in taken.text
    assert "Coach 2" not in taken.text
    assert "gender" not in taken.content.lower().decode()
    assert all(line.endswith(b"\r\n") for line in taken.content.splitlines(keepends=True))


def test_a_cycle_with_reminders_switched_off_gets_none(world: World, cycle: Cycle) -> None:
    other = Cycle(world, world.cycle(), [])
    world.published(other.id, world.result(PAIRS))
    other.mark_all_invitations_sent(datetime(2026, 12, 2, 9, 0, tzinfo=UTC))
    cycle.switch(on=False, now=BEFORE)
    assert cycle.write_due_reminders(BEFORE) == _all(
        MailKind.REPLY_REMINDER, "C-1", "K-1", "C-2", "K-2"
    )
    with world.database.reading() as tx:
        reminders = select(MailRow.cycle_id).where(MailRow.kind.in_(REMINDER_KINDS))
        assert set(tx.scalars(reminders)) == {other.id}
    cycle.switch(on=True, now=BEFORE)
    assert cycle.write_due_reminders(BEFORE) == Counter(), (
        "the same people already have reminders from another cycle"
    )
    assert cycle.write_due_reminders(BEFORE + timedelta(days=1)) == _all(
        MailKind.REPLY_REMINDER, "C-1", "K-1", "C-2", "K-2"
    )


def test_waiting_reminders_are_cancelled_when_switched_off_and_created_again_when_switched_on(
    cycle: Cycle, server: MailServer
) -> None:
    everybody = _all(MailKind.REPLY_REMINDER, "C-1", "K-1", "C-2", "K-2")
    assert cycle.write_due_reminders(BEFORE) == everybody
    sent = cycle.send(server, BEFORE, at_most=1)
    cycle.switch(on=False, now=BEFORE)
    assert cycle.send(server, BEFORE) == Counter()
    with cycle.world.database.reading() as tx:
        reminders = select(MailRow.state).where(MailRow.kind.in_(REMINDER_KINDS))
        states = Counter(tx.scalars(reminders))
    assert states == {MailState.SENT: 1, MailState.CANCELLED: 3}

    later = BEFORE + timedelta(hours=3)
    cycle.switch(on=True, now=later)
    cycle.accept("C-1")
    cycle.jobs = []
    cycle.write_due_reminders(later)
    sent += cycle.send(server, later)
    assert sent - Counter(["c1"]) == Counter(["k1", "c2", "k2"]), (
        "one email each, none to C-1, who has replied"
    )


def test_reminders_cancelled_before_the_switch_are_not_created_again(
    cycle: Cycle, server: MailServer
) -> None:
    cycle.write_due_reminders(BEFORE)
    cycle.accept("C-1")
    cycle.send(server, BEFORE)
    off = BEFORE + timedelta(hours=1)
    cycle.switch(on=False, now=off)
    cycle.switch(on=True, now=off)
    with cycle.world.database.reading() as tx:
        reminders = select(MailRow.state).where(MailRow.kind.in_(REMINDER_KINDS))
        states = Counter(tx.scalars(reminders))
    assert states == {MailState.SENT: 3, MailState.CANCELLED: 1}
    assert cycle.write_due_reminders(off) == Counter()


def test_a_reminder_marked_as_sent_is_not_created_again(cycle: Cycle, server: MailServer) -> None:
    server.to_recipient["c1@example.org"] = ["550 5.1.1 No such user"]
    cycle.write_due_reminders(BEFORE)
    cycle.send(server, BEFORE)
    off = BEFORE + timedelta(hours=1)
    cycle.switch(on=False, now=off)
    services = replace(cycle.world.services, now=lambda: off)
    (failed,) = delivery_status(services, cycle.id).failed
    mark_sent_otherwise(services, cycle.id, failed.id)
    cycle.switch(on=True, now=off)
    assert cycle.write_due_reminders(off) == Counter()


def test_switching_reminders_by_json_is_idempotent_and_recorded(
    cycle: Cycle, office: httpx.Client
) -> None:
    address = f"/api/v1/cycles/{cycle.id}/reminders"
    no_days = {"of_session": None, "before": None, "after": None}
    assert office.get(address).json() == {"on": True, "off_since": None, **no_days}
    for _ in range(2):
        reminders = office.put(address, json={"on": False}).json()
        assert not reminders["on"]
        assert reminders["off_since"]
    assert office.put(address, json={"on": True}).json()["on"]
    assert office.put(address, json={}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert office.get("/api/v1/cycles/none/reminders").status_code == HTTPStatus.NOT_FOUND
    with cycle.world.database.reading() as tx:
        query = select(AuditRow.action).where(AuditRow.action.startswith("reminders"))
        actions = tx.scalars(query.order_by(AuditRow.number)).all()
    assert actions == ["reminders switched off", "reminders switched on"], (
        "switching off twice is one change"
    )


def test_the_page_of_a_cycle_shows_and_switches_reminders(
    cycle: Cycle,
    server: MailServer,
    serve: Callable[[Settings], AbstractContextManager[httpx.Client]],
    office: httpx.Client,
) -> None:
    page, switch = f"/cycles/{cycle.id}", f"/cycles/{cycle.id}/reminders"
    assert "This server does not send reminders." in office.get(page).text
    settings = cycle.world.services.settings.model_copy(update={"mail": server.settings})
    with serve(settings) as client:
        client.headers["Authorization"] = office.headers["Authorization"]
        assert "7 days before a session" in client.get(page).text
        assert client.post(switch, data={"on": "false"}).headers["location"] == f"{page}#reminders"
        assert "Reminders for this cycle have been off since" in client.get(page).text
        client.post(switch, data={"on": "true"})
        assert "Turn off for this cycle" in client.get(page).text
