"""The life of a cycle, as a state machine: uploads, plans, replies and the passage of time.

After any sequence of events, a calendar that processes a person's messages, in any order and any
number of times, contains exactly that person's sessions. Sessions that have started do not change.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from api.http.principal import AccessRole, Principal
from api.invitations.publish import publish_draft
from api.mail.rows import MailKind, MailRow
from api.participants import rosters, upload
from api.participants.rows import Side
from api.runs.rows import PlanRow, PlanState
from api.session_reports import records
from api.sessions import replies, schedule
from api.sessions.replies import ReplyInput
from api.sessions.rows import SessionState
from api.sessions.schedule import own_session
from coach.errors import ConflictError
from coach.feedback import SharedRecord
from coach.invitations import Invitation, Message, Status, apply_messages
from coach.sessions import Attendance, Reply

if TYPE_CHECKING:
    from conftest import World

    from api.sessions.session_details import SessionDetails

pytestmark = pytest.mark.slow

COACHEES, COACHES = ("C-1", "C-2", "C-3"), ("K-1", "K-2")
GRACE = timedelta(days=60)
BEGINNING = datetime(2027, 1, 20, 9, 0, tzinfo=UTC)
Answered = Literal[Reply.ACCEPTED, Reply.DECLINED]
pairings = st.dictionaries(st.sampled_from(COACHEES), st.sampled_from(COACHES))


class CycleLife(RuleBasedStateMachine):
    """Random actions on a cycle, whose state is compared with a model."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        self.now = BEGINNING
        self.cycle_id = world.cycle(coachees=len(COACHEES), coaches=len(COACHES))
        with world.database.reading() as tx:
            self.roster = rosters.roster_of(tx, self.cycle_id)
        self.here = set(COACHEES)
        self.started: dict[str, SessionDetails] = {}
        self.replies: dict[tuple[str, Side], tuple[Reply, datetime]] = {}
        self.recorded: dict[str, Attendance] = {}

    def sessions(self) -> tuple[SessionDetails, ...]:
        with self.world.database.reading() as tx:
            return schedule.cycle_schedule(tx, self.cycle_id)

    def principal(self, session: SessionDetails, side: Side) -> Principal:
        person = session.coach if side is Side.COACH else session.coachee
        return Principal(AccessRole(side.value), person_id=person.id, cycle_id=self.cycle_id)

    @initialize(coaches=st.tuples(*[st.sampled_from(COACHES)] * len(COACHEES)))
    def first_plan(self, coaches: tuple[str, ...]) -> None:
        self.publish(dict(zip(COACHEES, coaches, strict=True)), first_day=18, count=3)

    @rule(pairs=pairings, first_day=st.integers(18, 31), count=st.integers(1, 3))
    def publish(self, pairs: dict[str, str], first_day: int, count: int) -> None:
        """Publish a plan for the current people, or check that it is rejected."""
        pairs = {coachee: coach for coachee, coach in pairs.items() if coachee in self.here}
        result = self.world.result(pairs, first_day=first_day, sessions=count)
        plan_id = self.world.plan(self.cycle_id, result, now=self.now)
        known = {session.uid: session for session in self.sessions()}
        meant = {each.uid: each for match in result.matches for each in match.sessions}
        started = {session.uid for session in self.started.values()}
        late = any(each.start <= self.now for uid, each in meant.items() if uid not in started)
        if known and late:
            with pytest.raises(ConflictError, match="in the past"):
                self._publish(plan_id)
            assert {session.uid: session for session in self.sessions()} == known
            return
        self._publish(plan_id)
        for session in self.sessions():
            if session.uid in started:
                continue
            confirmed = session.state is SessionState.CONFIRMED
            assert confirmed == (session.uid in meant)
            if confirmed:
                assert session.start == meant[session.uid].start
            if self._needs_new_reply(known.get(session.uid), session):
                self.replies = {
                    key: reply for key, reply in self.replies.items() if key[0] != session.id
                }

    def _publish(self, plan_id: str) -> None:
        with self.world.database.writing() as tx:
            publish_draft(tx, self.world.services.keyring, plan_id, now=self.now, link_grace=GRACE)

    def _needs_new_reply(self, before: SessionDetails | None, after: SessionDetails) -> bool:
        if before is None or after.state is SessionState.CANCELLED:
            return False
        return (before.start, before.state) != (after.start, after.state)

    @rule(days=st.integers(0, 9), hours=st.integers(1, 24))
    def time_passes(self, days: int, hours: int) -> None:
        self.now += timedelta(days=days, hours=hours)
        for session in self.sessions():
            if session.state is SessionState.CONFIRMED and session.start <= self.now:
                self.started.setdefault(session.id, session)

    @rule(coachee=st.sampled_from(COACHEES))
    def leave_or_return(self, coachee: str) -> None:
        self.here ^= {coachee}
        staying = [person for person in self.roster.coachees if person.id in self.here]
        with self.world.database.writing() as tx:
            upload.store_list(tx, self.cycle_id, Side.COACHEE, staying, now=self.now)

    @rule(
        which=st.integers(0, 20),
        side=st.sampled_from(Side),
        reply=st.sampled_from([Reply.ACCEPTED, Reply.DECLINED]),
    )
    def answer(self, which: int, side: Side, reply: Answered) -> None:
        """Reply to a session; the reply is rejected if the session is cancelled or over."""
        sessions = self.sessions()
        if not sessions:
            return
        session = sessions[which % len(sessions)]
        refused = session.state is SessionState.CANCELLED or session.end <= self.now
        with self.world.database.writing() as tx:
            principal, answer = self.principal(session, side), ReplyInput(reply=reply)
            if refused:
                with pytest.raises(ConflictError):
                    replies.store_reply(
                        tx,
                        self.world.services,
                        principal,
                        own_session(tx, principal, session.id),
                        answer,
                        now=self.now,
                    )
                return
            replies.store_reply(
                tx,
                self.world.services,
                principal,
                own_session(tx, principal, session.id),
                answer,
                now=self.now,
            )
        self.replies[session.id, side] = (reply, self.now)

    @rule(which=st.integers(0, 20), attendance=st.sampled_from(Attendance))
    def record(self, which: int, attendance: Attendance) -> None:
        """Submit the record of a session that has started."""
        started = sorted(self.started)
        if not started:
            return
        session = self.started[started[which % len(started)]]
        record = SharedRecord(
            session_date=session.start.date(), attendance=attendance, topic="stereotypes"
        )
        with self.world.database.writing() as tx:
            records.store_record(
                tx,
                self.principal(session, Side.COACH),
                own_session(tx, self.principal(session, Side.COACH), session.id),
                record,
                now=self.now,
            )
        self.recorded[session.id] = attendance

    @invariant()
    def every_calendar_shows_its_own_sessions(self) -> None:
        sent: defaultdict[tuple[str, str], list[Message]] = defaultdict(list)
        with self.world.database.reading() as tx:
            for row in tx.scalars(
                select(MailRow)
                .where(MailRow.cycle_id == self.cycle_id, MailRow.kind == MailKind.INVITATION)
                .order_by(MailRow.created_at, MailRow.id)
            ):
                message = Message.model_validate(row.content)
                sent[row.person_id, message.invitation.uid].append(message)
        due = {
            (person, session.uid): session
            for session in self.sessions()
            for person in (session.coachee.id, session.coach.id)
        }
        assert set(sent) == set(due), "everyone gets messages about their own sessions only"
        for (person, uid), letters in sent.items():
            session = due[person, uid]
            sequences = sorted(outgoing_invitation.sequence for outgoing_invitation in letters)
            assert sequences == list(range(len(letters))), "each message increments the sequence"
            for order in (letters, letters[::-1], letters + letters):
                shown = apply_messages({}, order)[uid]
                assert shown.sequence == session.sequence
                confirmed = session.state is SessionState.CONFIRMED
                assert (shown.status is Status.CONFIRMED) == confirmed
                if confirmed:
                    assert shown.invitation == Invitation(
                        uid=uid,
                        number=session.number,
                        count=session.count,
                        start=session.start,
                        end=session.end,
                    )

    @invariant()
    def started_sessions_do_not_change(self) -> None:
        now = {session.id: session for session in self.sessions()}
        for session_id, before in self.started.items():
            after = now[session_id]
            assert (after.start, after.state, after.sequence) == (
                before.start,
                SessionState.CONFIRMED,
                before.sequence,
            )

    @invariant()
    def replies_and_records_are_preserved(self) -> None:
        for session in self.sessions():
            assert session.recorded == self.recorded.get(session.id)
            for side, shown in (
                (Side.COACHEE, session.coachee_reply),
                (Side.COACH, session.coach_reply),
            ):
                expected, _ = self.replies.get((session.id, side), (Reply.NONE, None))
                assert shown is expected

    @invariant()
    def one_plan_at_most_is_published(self) -> None:
        with self.world.database.reading() as tx:
            published = tx.scalars(
                select(PlanRow.id).where(
                    PlanRow.cycle_id == self.cycle_id, PlanRow.state == PlanState.PUBLISHED
                )
            ).all()
        assert len(published) <= 1


def test_sessions_and_calendars_match_the_model_after_any_events(world: World) -> None:
    run_state_machine_as_test(
        lambda: CycleLife(world),
        settings=settings(
            max_examples=12,
            stateful_step_count=15,
            deadline=None,
            derandomize=True,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
