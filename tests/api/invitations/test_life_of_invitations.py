"""Calendars agree with the sessions after any sequence of changes.

If the environment contains `GENDER_COACH_LIVES=1000`, 1000 sequences are tried instead of a few.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import or_, select

from api.http.principal import AccessRole, Principal
from api.invitations.announce import SessionChange, announce
from api.invitations.outgoing_invitation import stored_message
from api.invitations.publish import publish_draft
from api.mail.rows import MailKind, MailRow
from api.rescheduling import service as proposals
from api.rescheduling.rows import ProposalSource
from api.sessions.replies import ReplyInput, store_reply
from api.sessions.rows import SessionRow, SessionState
from coach.errors import ConflictError
from coach.invitations import Message, Method
from coach.sessions import Reply

if TYPE_CHECKING:
    from conftest import World
    from sqlalchemy.orm import Session as Transaction

SEQUENCES = int(os.environ.get("GENDER_COACH_LIVES", "6"))
STEPS = 14
START = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
PEOPLE = ("C-1", "C-2", "C-3", "K-1", "K-2")
Times = dict[str, tuple[datetime, datetime]]


class OfficeHasCrashedError(Exception):
    """A simulated crash of the process in the middle of a transaction."""


@dataclass
class Calendar:
    """A calendar that shows an event for each UID.

    It applies messages in the order of arrival. If `keeps_sequences` is true, it remembers the last
    message about each UID, and ignores those with an earlier SEQUENCE. With the same SEQUENCE, it
    accepts only a REQUEST after a REQUEST, with a DTSTAMP that is not earlier: a cancellation is
    final, and must have its own SEQUENCE.
    """

    keeps_sequences: bool
    events: Times = field(default_factory=dict)
    last: dict[str, Message] = field(default_factory=dict)

    def receive(self, message: Message) -> None:
        uid = message.invitation.uid
        if self.keeps_sequences and uid in self.last and not self._is_newer(message):
            return
        self.last[uid] = message
        self.events.pop(uid, None)
        if message.method is Method.REQUEST:
            self.events[uid] = (message.invitation.start, message.invitation.end)

    def _is_newer(self, message: Message) -> bool:
        last = self.last[message.invitation.uid]
        if message.sequence != last.sequence:
            return message.sequence > last.sequence
        both_request = message.method is last.method is Method.REQUEST
        return both_request and message.stamp >= last.stamp


@dataclass
class Life:
    """A cycle whose sessions are changed at random, one change a minute."""

    world: World
    cycle_id: str
    choose: random.Random
    now: datetime = START
    done: Counter[str] = field(default_factory=Counter)

    def step(self) -> None:
        self.now += timedelta(minutes=1)
        act = self.choose.choice(
            [self.publish, self.move, self.cancel, self.place, self.reply, self.counter, self.crash]
        )
        with suppress(ConflictError):  # what the application refuses changes nothing
            act()
            self.done[act.__name__] += 1

    def publish(self) -> None:
        coachees = self.choose.sample(PEOPLE[:3], self.choose.randint(1, 3))
        pairs = {coachee: self.choose.choice(PEOPLE[3:]) for coachee in coachees}
        result = self.world.result(pairs, first_day=self.choose.randint(18, 24))
        plan = self.world.plan(self.cycle_id, result, now=self.now)
        with self.world.database.writing() as tx:
            publish_draft(
                tx, self.world.services.keyring, plan, now=self.now, link_grace=timedelta(60)
            )

    def move(self) -> None:
        self._change(lambda row: SessionChange(start=row.starts_at + self._hours()))

    def cancel(self) -> None:
        self._change(lambda _row: SessionChange(cancelled=True))

    def place(self) -> None:
        self._change(lambda _row: SessionChange(place=f"Room {self.choose.randint(1, 9)}"))

    def reply(self) -> None:
        with self.world.database.writing() as tx:
            row, principal, services = *self._session(tx), self.world.services
            answer = ReplyInput(reply=self.choose.choice([Reply.ACCEPTED, Reply.DECLINED]))
            store_reply(tx, services, principal, row, answer, now=self.now)

    def counter(self) -> None:
        services = self.world.services
        with self.world.database.writing() as tx:
            row, principal = self._session(tx)
            proposal = proposals.propose(
                tx,
                services,
                row.id,
                principal.person_id or "",
                row.starts_at + self._hours(),
                source=ProposalSource.MAIL,
                now=self.now,
            )
            decide = self.choose.choice([proposals.confirm, proposals.refuse])
            decide(tx, services, proposal.id, None, now=self.now)

    def crash(self) -> None:
        with suppress(OfficeHasCrashedError), self.world.database.writing() as tx:
            row, _ = self._session(tx)
            announce(tx, row, SessionChange(start=row.starts_at + self._hours()), now=self.now)
            raise OfficeHasCrashedError

    def _change(self, change: object) -> None:
        with self.world.database.writing() as tx:
            row, _ = self._session(tx)
            announce(tx, row, change(row), now=self.now)  # type: ignore[operator]

    def _hours(self) -> timedelta:
        return timedelta(hours=self.choose.randint(-30, 30) or 1)

    def _session(self, tx: Transaction) -> tuple[SessionRow, Principal]:
        """Return a session, sometimes a cancelled one, and one of its participants."""
        query = select(SessionRow).where(SessionRow.cycle_id == self.cycle_id)
        rows = tx.scalars(query.order_by(SessionRow.starts_at, SessionRow.uid)).all()
        if not rows:
            raise ConflictError("there are no sessions yet")
        confirmed = [row for row in rows if row.state is SessionState.CONFIRMED]
        row = self.choose.choice(confirmed if confirmed and self.choose.random() < 0.9 else rows)
        if self.choose.random() < 0.5:
            return row, Principal(AccessRole.COACHEE, person_id=row.coachee_id)
        return row, Principal(AccessRole.COACH, person_id=row.coach_id)

    def messages(self, person_id: str) -> list[Message]:
        """Return the messages to a person in the order in which they were created."""
        with self.world.database.reading() as tx:
            query = select(MailRow).where(
                MailRow.kind == MailKind.INVITATION, MailRow.person_id == person_id
            )
            mails = tx.scalars(query.order_by(MailRow.created_at, MailRow.occasion)).all()
            return [stored_message(mail) for mail in mails]

    def sessions(self, person_id: str) -> tuple[Times, set[str]]:
        """Return a person's confirmed sessions, and the UIDs of the cancelled sessions."""
        own = or_(SessionRow.coachee_id == person_id, SessionRow.coach_id == person_id)
        columns = (SessionRow.uid, SessionRow.state, SessionRow.starts_at, SessionRow.ends_at)
        with self.world.database.reading() as tx:
            rows = tx.execute(select(*columns).where(own)).all()
        confirmed = {
            row.uid: (row.starts_at, row.ends_at)
            for row in rows
            if row.state is SessionState.CONFIRMED
        }
        return confirmed, {row.uid for row in rows} - confirmed.keys()


@pytest.mark.parametrize("seed", range(SEQUENCES))
def test_calendars_equal_the_sessions_after_any_sequence_of_changes(
    world: World, seed: int
) -> None:
    life = Life(world, world.cycle(), random.Random(seed))
    people = [world.person_id(life.cycle_id, code) for code in PEOPLE]
    life.publish()
    for _ in range(STEPS):
        life.step()
        for person in people:
            in_order = Calendar(keeps_sequences=False)
            messages = life.messages(person)
            for message in messages:
                in_order.receive(message)
            confirmed, _ = life.sessions(person)
            assert in_order.events == confirmed
    assert sum(life.done.values()) >= STEPS // 4, life.done

    for person in people:
        messages = life.messages(person)
        confirmed, cancelled = life.sessions(person)
        for _ in range(10):
            disordered = Calendar(keeps_sequences=True)
            arriving = messages + life.choose.sample(messages, len(messages) // 2)  # some twice
            life.choose.shuffle(arriving)
            for message in arriving:
                disordered.receive(message)
            assert disordered.events.keys().isdisjoint(cancelled)
            assert disordered.events == confirmed


def test_sequences_contain_every_kind_of_change(world: World) -> None:
    done: Counter[str] = Counter()
    for seed in range(3):
        life = Life(world, world.cycle(), random.Random(seed))
        life.publish()
        for _ in range(STEPS):
            life.step()
        done += life.done
    assert set(done) == {"publish", "move", "cancel", "place", "reply", "counter", "crash"}
