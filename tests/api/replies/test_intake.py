"""Handling of incoming emails: as the sender's answer, as a note, or held with a reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from api.audit_trail.rows import AuditRow
from api.calendar.eml import message_token
from api.invitations.outgoing_invitation import stored_message
from api.mail.rows import MailKind, MailRow, MailState
from api.participants.rows import PersonRow, Side
from api.replies.rows import IncomingState, Reason
from api.rescheduling.rows import ProposalRow, ProposalSource
from api.sessions.replies import ReplyInput
from api.sessions.rows import ReplySource
from api.sessions.service import submit_reply
from coach.sessions import Reply
from tests.api.published import principal_of
from tests.api.replies.incoming import Correspondence
from tests.api.replies.mail_shapes import (
    CLIENTS,
    bounce,
    exchange_counter,
    google,
    nextcloud,
    outlook,
    vacation,
    written,
)

if TYPE_CHECKING:
    from conftest import World

    from api.replies.rows import IncomingMailRow

HELD, NOTED, ANSWERED = IncomingState.HELD, IncomingState.NOTED, IncomingState.ANSWERED


@pytest.fixture
def cycle(world: World) -> Correspondence:
    return Correspondence.of(world)


def became(row: IncomingMailRow) -> tuple[IncomingState, Reason]:
    return row.state, row.reason


@pytest.mark.parametrize("client", CLIENTS.values(), ids=list(CLIENTS))
def test_the_answer_of_each_calendar_becomes_the_reply(cycle: Correspondence, client: type) -> None:
    row = cycle.receive(client(cycle.about(partstat="DECLINED", comment="on leave")))
    assert became(row) == (ANSWERED, Reason.ANSWERED)
    assert (cycle.session.coachee_reply, cycle.session.coach_reply) == (Reply.DECLINED, Reply.NONE)
    assert cycle.session.coachee_comment == "on leave"


def test_the_token_counts_whatever_the_sender_and_whoever_answers_on_behalf(
    cycle: Correspondence,
) -> None:
    about = cycle.about(
        sender="aide@elsewhere.example", partstat='ACCEPTED;SENT-BY="mailto:aide@elsewhere.example"'
    )
    row = cycle.receive(nextcloud(about))
    assert (became(row), row.aide) == ((ANSWERED, Reason.ANSWERED), "aide@elsewhere.example")
    assert cycle.session.coachee_reply is Reply.ACCEPTED


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"to": "coaching@example.org"}, Reason.UNKNOWN_SENDER),
        ({"uid": "unknown"}, Reason.OTHER_SESSION),
        ({"uid": "C-2-K-2-1@test"}, Reason.OTHER_SESSION),
        ({"attendee": "friend@example.org"}, Reason.OTHER_ATTENDEE),
        ({"extra": ("ATTENDEE;PARTSTAT=ACCEPTED:mailto:x@y.z",)}, Reason.SEVERAL_ATTENDEES),
        ({"sequence": 1}, Reason.FUTURE),
        ({"partstat": "TENTATIVE"}, Reason.TENTATIVE),
        ({"partstat": 'DELEGATED;DELEGATED-TO="mailto:d@x.example"'}, Reason.DELEGATED),
        ({"partstat": "NEEDS-ACTION"}, Reason.NO_ANSWER),
    ],
)
def test_untrusted_or_ambiguous_email_is_held_and_changes_nothing(
    cycle: Correspondence, changes: dict[str, object], reason: Reason
) -> None:
    row = cycle.receive(nextcloud(cycle.about(**changes)))
    assert became(row) == (HELD, reason)
    assert (cycle.session.coachee_reply, cycle.history()) == (Reply.NONE, [])


def test_a_sender_without_a_token_counts_only_if_our_server_has_authenticated_it(
    cycle: Correspondence,
) -> None:
    replies = cycle.world.services.settings.replies
    with_server = replies.model_copy(update={"authentication_server": "mx.example.org"})
    services = cycle.world.with_settings(replies=with_server)
    passed = b"Authentication-Results: mx.example.org; dmarc=pass header.from=example.org\r\n"
    plain = outlook(cycle.about(to="coaching@example.org"))
    assert cycle.receive(plain, services=services).reason is Reason.UNKNOWN_SENDER
    other = outlook(cycle.about(to="coaching@example.org", sender="k1@example.org", message_id="2"))
    assert cycle.receive(passed + other, services=services).reason is Reason.UNKNOWN_SENDER
    assert cycle.session.coachee_reply is Reply.NONE
    good = outlook(cycle.about(to="coaching@example.org", message_id="3"))
    row = cycle.receive(passed + good, services=services)
    assert became(row) == (ANSWERED, Reason.ANSWERED)
    assert cycle.session.coachee_reply is Reply.ACCEPTED


def test_an_answer_to_an_earlier_time_is_held_as_stale(cycle: Correspondence) -> None:
    earlier = cycle.about()
    moved = cycle.world.result({"C-1": "K-1", "C-2": "K-2"}, first_day=21)
    cycle.world.published(cycle.cycle_id, moved)
    assert became(cycle.receive(google(earlier))) == (HELD, Reason.STALE)
    assert cycle.session.coachee_reply is Reply.NONE
    row = cycle.receive(google(cycle.about(sequence=1)))
    assert (row.reason, cycle.session.coachee_reply) == (Reason.ANSWERED, Reply.ACCEPTED)


def test_an_answer_to_a_cancelled_session_is_recorded(cycle: Correspondence) -> None:
    about = cycle.about()
    cycle.world.published(cycle.cycle_id, cycle.world.result({"C-2": "K-2"}))
    assert became(cycle.receive(google(about))) == (NOTED, Reason.SESSION_CLOSED)


def test_a_copy_is_recorded_once(cycle: Correspondence) -> None:
    raw = google(cycle.about())
    cycle.receive(raw, raw)
    cycle.receive(b"Received: from elsewhere\r\n" + raw)
    assert (len(cycle.mails()), len(cycle.history())) == (1, 1)


def test_calendar_answers_that_overtake_each_other_count_by_their_own_clock(
    cycle: Correspondence,
) -> None:
    late, early = (f"{cycle.now - timedelta(minutes=n):%Y%m%dT%H%M%SZ}" for n in (2, 3))
    cycle.receive(google(cycle.about(partstat="DECLINED", stamp=late)))
    row = cycle.receive(google(cycle.about(stamp=early, message_id="2")))
    assert became(row) == (NOTED, Reason.OLDER)
    assert cycle.session.coachee_reply is Reply.DECLINED
    assert [(one.reply, one.counted) for one in cycle.history()] == [
        (Reply.DECLINED, True),
        (Reply.ACCEPTED, False),
    ]
    again = cycle.receive(google(cycle.about(partstat="DECLINED", stamp=late, message_id="3")))
    assert became(again) == (NOTED, Reason.REPEATED)


def test_a_clock_in_the_future_does_not_block_later_answers(cycle: Correspondence) -> None:
    cycle.receive(google(cycle.about(stamp="20990101T000000Z")), at=cycle.now - timedelta(hours=1))
    row = cycle.receive(google(cycle.about(partstat="DECLINED", message_id="2")))
    assert (row.reason, cycle.session.coachee_reply) == (Reason.ANSWERED, Reply.DECLINED)


@pytest.mark.parametrize("minutes", [-10, 10])
def test_last_reply_received_by_web_or_mail_wins_and_both_are_kept(
    cycle: Correspondence, minutes: int
) -> None:
    services, session = cycle.world.services, cycle.session
    at = cycle.now - timedelta(minutes=20)
    with_clock = replace(services, now=lambda: at)
    accepted = ReplyInput(reply=Reply.ACCEPTED)
    submit_reply(with_clock, principal_of(session, Side.COACHEE), session.id, accepted)
    declined = google(cycle.about(partstat="DECLINED"))
    row = cycle.receive(declined, at=at + timedelta(minutes=minutes))
    is_later = minutes > 0
    assert row.reason is (Reason.ANSWERED if is_later else Reason.OLDER)
    assert cycle.session.coachee_reply is (Reply.DECLINED if is_later else Reply.ACCEPTED)
    kept = {(one.source, one.reply, one.counted) for one in cycle.history()}
    assert kept == {
        (ReplySource.PAGE, Reply.ACCEPTED, True),
        (ReplySource.MAIL, Reply.DECLINED, is_later),
    }


def test_a_counter_proposal_becomes_a_proposal_and_changes_nothing_yet(
    cycle: Correspondence,
) -> None:
    before = cycle.session
    row = cycle.receive(exchange_counter(cycle.about()))
    assert became(row) == (ANSWERED, Reason.PROPOSED)
    with cycle.world.database.reading() as tx:
        proposal = tx.scalars(select(ProposalRow)).one()
        assert (proposal.person_id, proposal.session_id) == (before.coachee.id, before.id)
        assert proposal.starts_at.isoformat() == "2027-01-28T09:00:00+00:00"
        assert proposal.source is ProposalSource.MAIL
    assert cycle.session == before


def test_a_counter_proposal_of_a_time_that_has_passed_is_held_with_its_time(
    cycle: Correspondence,
) -> None:
    row = cycle.receive(exchange_counter(cycle.about(), day="20200128"))
    assert became(row) == (HELD, Reason.NO_SUCH_TIME)
    assert row.starts_at is not None
    assert row.starts_at.year == 2020


@pytest.mark.parametrize("day", ["99991231", "22000101", "00010101"])
def test_a_counter_proposal_of_an_impossible_year_is_held_without_its_time(
    cycle: Correspondence, day: str
) -> None:
    row = cycle.receive(exchange_counter(cycle.about(), day=day))
    assert (became(row), row.starts_at) == ((HELD, Reason.NO_SUCH_TIME), None)


def test_automatic_replies_are_recorded_and_bounces_are_held_with_their_person(
    cycle: Correspondence,
) -> None:
    assert became(cycle.receive(vacation(cycle.about()))) == (NOTED, Reason.AUTOMATIC)
    row = cycle.receive(bounce(cycle.about(message_id="2")))
    assert became(row) == (HELD, Reason.BOUNCE)
    assert row.person_id == cycle.world.person_id(cycle.cycle_id, "C-1")
    assert row.other_address == "c1@example.org"
    assert cycle.session.coachee_reply is Reply.NONE


def test_a_written_answer_counts_only_as_a_reply_to_an_invitation(cycle: Correspondence) -> None:
    with cycle.world.database.reading() as tx:
        mail = tx.scalars(
            select(MailRow).where(
                MailRow.session_id == cycle.session.id,
                MailRow.person_id == cycle.session.coachee.id,
            )
        ).one()
        token = message_token(stored_message(mail), "c1@example.org")
    alone = cycle.receive(written(cycle.about(), "declined"))
    assert became(alone) == (HELD, Reason.WRITTEN)
    words = written(cycle.about(message_id="2"), "perhaps?", to_id=f"{token}@example.org")
    assert became(cycle.receive(words)) == (HELD, Reason.WRITTEN)
    other = written(cycle.about(message_id="4"), "Ja", to_id=f"{token}@example.org")
    assert became(cycle.receive(other)) == (HELD, Reason.WRITTEN), "*I* in Serbian"
    clear = written(cycle.about(message_id="3"), "Ne.", to_id=f"{token}@example.org")
    assert became(cycle.receive(clear)) == (ANSWERED, Reason.ANSWERED)
    assert cycle.session.coachee_reply is Reply.DECLINED


def test_an_email_that_causes_an_error_is_held_and_does_not_stop_the_others(
    cycle: Correspondence,
) -> None:
    with cycle.world.database.writing() as tx:  # an email with content that cannot be read
        person = tx.get_one(PersonRow, cycle.session.coach.id)
        mail = tx.scalars(select(MailRow).where(MailRow.person_id == person.id)).first()
        assert mail is not None
        mail.content = {"method": "nonsense"}
    broken = written(cycle.about(to=cycle.address("K-1")), "x", to_id="y@example.org")
    good = google(cycle.about(message_id="2"))
    cycle.receive(broken, good)
    assert sorted(row.reason for row in cycle.mails()) == [Reason.ANSWERED, Reason.ERROR]
    assert cycle.session.coachee_reply is Reply.ACCEPTED


def test_text_with_signs_that_a_database_refuses_is_stored(cycle: Correspondence) -> None:
    raw = written(cycle.about(), "x").replace(b"x\r\n", b"a\0b \xed\xa0\x80 c\r\n")
    row = cycle.receive(raw)
    assert row.reason is Reason.WRITTEN
    assert row.text.startswith("ab")


def test_an_email_that_comes_back_has_failed(cycle: Correspondence) -> None:
    with cycle.world.database.writing() as tx:
        mails = tx.scalars(select(MailRow).where(MailRow.person_id == cycle.session.coachee.id))
        invitations = [one for one in mails if one.kind is MailKind.INVITATION]
        for one in invitations:
            one.state = MailState.SENT
        first, second, *_ = (
            f"{message_token(stored_message(one), 'c1@example.org')}@example.org"
            for one in invitations
        )
        ids = [one.id for one in invitations]

    def failed() -> list[str]:
        with cycle.world.database.reading() as tx:
            rows = tx.scalars(select(MailRow).where(MailRow.state == MailState.FAILED))
            return [one.id for one in rows]

    other = cycle.about(attendee="c2@example.org")
    cycle.receive(
        bounce(cycle.about()),
        bounce(other.but(message_id="2"), returned=first),
        bounce(cycle.about(message_id="3"), returned=first, action="delayed", status="4.4.1"),
    )
    assert failed() == []
    cycle.receive(bounce(cycle.about(message_id="4"), returned=second))
    assert failed() == [ids[1]]
    with cycle.world.database.reading() as tx:
        events = select(AuditRow.object_id).where(AuditRow.action == "mail not delivered")
        assert list(tx.scalars(events)) == failed()


def test_other_emails_are_found_by_their_id_when_they_come_back(cycle: Correspondence) -> None:
    people = cycle.session.coachee.id, cycle.session.coach.id
    with cycle.world.database.writing() as tx:
        mails = [
            MailRow(
                kind=MailKind.INTRODUCTION,
                cycle_id=cycle.cycle_id,
                person_id=person,
                state=MailState.SENT,
                created_at=cycle.now,
            )
            for person in people
        ]
        tx.add_all(mails)
        tx.flush()
        own, other = (one.id for one in mails)
    for number, identifier in enumerate((other, own)):
        report = bounce(
            cycle.about(message_id=f"{number}"), returned=f"{identifier}20270101080000@example.org"
        )
        cycle.receive(report)
    with cycle.world.database.reading() as tx:
        rows = tx.scalars(select(MailRow).where(MailRow.state == MailState.FAILED))
        assert [one.id for one in rows] == [own]
