"""An aide proposes another time for a coachee, and responds to the other person's proposals."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx
import pytest
from sqlalchemy import delete, select

from api.accounts.rows import CredentialRow
from api.aides import another_time, answers, links
from api.aides.links import AideName, authenticate_aide
from api.aides.mail_composer import compose_aide_notice
from api.audit_trail.rows import AuditRow
from api.data_protection import subject_access
from api.http.authentication import PresentedSecret, SecretSource
from api.http.principal import Principal
from api.http.urls import API
from api.mail.rows import MailKind, MailRow
from api.participants.rows import Side
from api.rescheduling import decisions, slots
from api.rescheduling.decisions import Decision
from api.rescheduling.presenters import slot_value
from api.rescheduling.proposals import Proposal, read_proposals
from api.rescheduling.rows import ProposalState
from api.rescheduling.slots import NewTime
from coach.errors import ConflictError, NotFoundError
from coach.sessions import Reply
from tests.api.published import principal_of, published_sessions
from tests.api.rescheduling.spaced import second_session, spaced

if TYPE_CHECKING:
    from conftest import World

    from api.services import Services
    from api.sessions.session_details import SessionDetails

OFFICE = "Major's office"


class Pair:
    """A coachee whose aide arranges the second session with the coachee's coach."""

    def __init__(self, world: World) -> None:
        self.world, self.cycle_id = world, world.cycle()
        world.published(self.cycle_id, spaced(world, {"C-1": "K-1", "C-2": "K-1"}))
        self.session = second_session(world, self.cycle_id, "C-1")
        self.coachee = principal_of(self.session, Side.COACHEE)
        self.coach = principal_of(self.session, Side.COACH)
        mailing = world.services_with_mail()
        new = links.create_aide(mailing, self.coachee, AideName(label=OFFICE))
        self.link_id, self.secret = new.aide.id, new.address.rpartition("/")[2]
        presented = PresentedSecret(self.secret, SecretSource.PATH)
        with mailing.database.reading() as tx:
            aide = authenticate_aide(tx, presented, mailing.settings, mailing.now())
        assert aide is not None
        self.aide: Principal = aide
        self.services: Services = mailing.on_behalf_of(lambda: aide)

    def slots(self, services: Services | None = None) -> tuple[NewTime, ...]:
        seen = another_time.read_another_time(services or self.services, self.aide, self.session.id)
        return seen.slots

    def proposes(self) -> str:
        time = self.slots()[0]
        return another_time.propose(self.services, self.aide, self.session.id, time).id

    def coach_proposes(self, comment: str = "") -> Proposal:
        time = slots.read_slots(self.services, self.coach, self.session.id)[0]
        return decisions.propose_offered(self.services, self.coach, self.session.id, time, comment)

    def decides(self, proposal_id: str, decision: Decision) -> None:
        another_time.decide(self.services, self.aide, self.session.id, proposal_id, decision)

    def again(self) -> SessionDetails:
        found = published_sessions(self.world, self.cycle_id)
        return next(one for one in found if one.id == self.session.id)

    def state(self, reader: Principal) -> ProposalState:
        return read_proposals(self.services, reader, self.session.id)[0].state

    def notices(self) -> list[str]:
        """Return the subject and text of the notices to the coachee, oldest first."""
        with self.world.database.reading() as tx:
            query = select(MailRow).where(MailRow.kind == MailKind.AIDE_NOTICE)
            rows = tx.scalars(query.order_by(MailRow.created_at)).all()
            assert {row.person_id for row in rows} == {self.coachee.person_id}
            composed = [compose_aide_notice(tx, self.services, row) for row in rows]
        mails = [message_from_bytes(one.content, policy=policy.default) for one in composed if one]
        return [f"{mail['Subject']}\n{mail.get_body(('plain',)).get_content()}" for mail in mails]

    def told(self, kind: MailKind) -> list[str | None]:
        with self.world.database.reading() as tx:
            return list(tx.scalars(select(MailRow.person_id).where(MailRow.kind == kind)))


@pytest.fixture
def pair(world: World) -> Pair:
    return Pair(world)


def test_aide_proposes_and_the_coachee_is_told_and_the_coach_confirms(pair: Pair) -> None:
    proposal, time = pair.proposes(), pair.slots()[0]
    assert pair.told(MailKind.PROPOSAL) == [pair.coach.person_id]
    (own,) = read_proposals(pair.services, pair.coachee, pair.session.id)
    assert (own.by, own.aide) == (Side.COACHEE, OFFICE)
    (other,) = read_proposals(pair.services, pair.coach, pair.session.id)
    assert (other.by, other.aide) == (Side.COACHEE, ""), "the coach does not learn of the aide"
    assert "proposed another time on your behalf" in "".join(pair.notices())
    decisions.decide(pair.services, pair.coach, pair.session.id, proposal, Decision.CONFIRM)
    moved = pair.again()
    assert moved.start == time.start
    assert (moved.coachee_reply, moved.coach_reply) == (Reply.ACCEPTED, Reply.ACCEPTED)


def test_trail_names_the_aide_and_the_coachee_for_whom_they_acted(pair: Pair) -> None:
    proposal = pair.proposes()
    pair.decides(proposal, Decision.WITHDRAW)
    names = ("time proposed", "proposal withdrawn")
    with pair.world.database.reading() as tx:
        query = select(AuditRow.role, AuditRow.actor_id, AuditRow.detail)
        events = tx.execute(query.where(AuditRow.action.in_(names))).all()
    by = {"credential": pair.link_id, "issued_by": "coachee", "verified_by": "link"}
    assert [tuple(one) for one in events] == [("aide", pair.coachee.person_id, by)] * len(names)


@pytest.mark.parametrize(
    ("decision", "state", "words"),
    [
        (Decision.CONFIRM, ProposalState.CONFIRMED, "confirmed another time on your behalf"),
        (Decision.REFUSE, ProposalState.REFUSED, "declined this proposed time on your behalf"),
    ],
)
def test_aide_answers_the_coachs_proposal(
    pair: Pair, decision: Decision, state: ProposalState, words: str
) -> None:
    proposal = pair.coach_proposes()
    pair.decides(proposal.id, decision)
    assert pair.state(pair.coach) is state
    confirmed = decision is Decision.CONFIRM
    assert pair.again().start == (proposal.time.start if confirmed else pair.session.start)
    assert words in pair.notices()[-1]


def test_aide_withdraws_a_proposal_and_the_coach_is_told(pair: Pair) -> None:
    pair.decides(pair.proposes(), Decision.WITHDRAW)
    assert pair.state(pair.coach) is ProposalState.WITHDRAWN
    assert pair.told(MailKind.PROPOSAL_CLOSED) == [pair.coach.person_id]
    assert "withdrew this proposed time" in pair.notices()[-1]


def test_aide_neither_confirms_the_coachees_proposal_nor_withdraws_the_coachs(pair: Pair) -> None:
    own = pair.proposes()
    for decision in (Decision.CONFIRM, Decision.REFUSE):
        with pytest.raises(ConflictError):
            pair.decides(own, decision)
    coachs = pair.coach_proposes().id
    with pytest.raises(ConflictError):
        pair.decides(coachs, Decision.WITHDRAW)
    assert pair.again().start == pair.session.start
    assert len(pair.notices()) == len(["link made", "proposed"])


def test_sessions_and_proposals_of_others_do_not_exist_for_an_aide(pair: Pair) -> None:
    rival = second_session(pair.world, pair.cycle_id, "C-2")
    other_cycle = pair.world.cycle()
    pair.world.published(other_cycle, spaced(pair.world, {"C-1": "K-1"}))
    foreign = second_session(pair.world, other_cycle, "C-1")
    time = pair.slots()[0]
    for session in (rival, foreign):
        other = principal_of(session, Side.COACH)
        offered = slots.read_slots(pair.services, other, session.id)[0]
        proposal = decisions.propose_offered(pair.services, other, session.id, offered).id
        with pytest.raises(NotFoundError):
            another_time.read_another_time(pair.services, pair.aide, session.id)
        with pytest.raises(NotFoundError):
            another_time.propose(pair.services, pair.aide, session.id, time)
        for named in (session.id, pair.session.id):
            with pytest.raises(NotFoundError):
                another_time.decide(pair.services, pair.aide, named, proposal, Decision.CONFIRM)


def test_only_offered_times_can_be_proposed(pair: Pair) -> None:
    odd = NewTime(start=pair.slots()[0].start + timedelta(minutes=30 * 16))
    with pytest.raises(ConflictError):
        another_time.propose(pair.services, pair.aide, pair.session.id, odd)


def test_after_the_cutoff_the_office_decides(pair: Pair) -> None:
    coachs = pair.coach_proposes().id
    late = replace(pair.services, now=lambda: pair.session.start - timedelta(hours=71))
    with pytest.raises(ConflictError, match="only the programme office can decide"):
        another_time.decide(late, pair.aide, pair.session.id, coachs, Decision.CONFIRM)
    time = pair.slots(late)[0]
    before = pair.told(MailKind.PROPOSAL)
    assert another_time.propose(late, pair.aide, pair.session.id, time).needs_office
    assert pair.told(MailKind.PROPOSAL) == before, "the coach is not asked"
    started = replace(pair.services, now=lambda: pair.session.start)
    with pytest.raises(ConflictError):
        another_time.propose(started, pair.aide, pair.session.id, time)
    assert another_time.read_another_time(started, pair.aide, pair.session.id).slots == ()


def test_too_many_proposals_are_refused(pair: Pair) -> None:
    for _ in range(24):
        pair.decides(pair.proposes(), Decision.WITHDRAW)
    proposal = pair.proposes()
    assert pair.proposes() == proposal, "an identical proposal notifies nobody"
    with pytest.raises(ConflictError, match="too many replies"):
        pair.decides(proposal, Decision.WITHDRAW)


def test_aide_sees_neither_names_nor_comments(pair: Pair, client: httpx.Client) -> None:
    pair.coach_proposes("on leave with Coachee 1")
    bearer = {"Authorization": f"Bearer {pair.secret}"}
    read = client.get(f"{API}/aide/times/{pair.session.id}/another-time", headers=bearer)
    page = client.get(f"/aide/{pair.secret}/times/{pair.session.id}/another-time")
    assert (read.status_code, page.status_code) == (HTTPStatus.OK, HTTPStatus.OK)
    assert "The other participant's proposal" in page.text
    for hidden in ("Coach 1", "Coachee 1", "on leave", "K-1", "C-1", "oaching"):
        assert hidden not in page.text
        assert hidden not in read.text


def test_page_proposes_withdraws_and_says_when_a_time_is_gone(
    pair: Pair, client: httpx.Client
) -> None:
    here = f"/aide/{pair.secret}/times/{pair.session.id}/another-time"
    chosen, other = pair.slots()[:2]
    client.post(here, data={"time": slot_value(chosen)})
    assert "Your side's proposal" in client.get(here).text
    assert "You proposed another time" in client.get(f"/aide/{pair.secret}").text
    (proposal,) = read_proposals(pair.services, pair.coachee, pair.session.id)
    taken = {"proposal": proposal.id, "decision": "confirm"}
    refused = client.post(f"{here}/decision", data=taken)
    assert refused.status_code == HTTPStatus.CONFLICT
    assert "the other participant has to confirm it" in refused.text
    client.post(f"{here}/decision", data=taken | {"decision": "withdraw"})
    assert pair.state(pair.coachee) is ProposalState.WITHDRAWN
    gone = NewTime(start=other.start + timedelta(minutes=30 * 16))
    for body in ({"time": slot_value(gone)}, {"time": "x"}, {}):
        answer = client.post(here, data=body)
        assert answer.status_code == HTTPStatus.CONFLICT
        assert "choose one of the offered times" in answer.text


def test_nothing_is_open_once_the_link_has_ended(pair: Pair, client: httpx.Client) -> None:
    proposal = pair.coach_proposes().id
    links.end_aide(pair.services, pair.coachee, pair.link_id)
    here = f"/aide/{pair.secret}/times/{pair.session.id}/another-time"
    decision = {"proposal": proposal, "decision": "confirm"}
    bearer = {"Authorization": f"Bearer {pair.secret}"}
    gone = [
        client.get(here),
        client.post(here, data={"time": "2027-02-03T09:00Z"}),
        client.post(f"{here}/decision", data=decision),
    ]
    assert {one.status_code for one in gone} == {HTTPStatus.NOT_FOUND}
    address = f"{API}/aide/times/{pair.session.id}/another-time"
    assert client.get(address, headers=bearer).status_code == HTTPStatus.UNAUTHORIZED
    assert pair.again().start == pair.session.start


def test_proposal_outlives_the_link_and_is_in_the_report_about_the_coachee(pair: Pair) -> None:
    pair.proposes()
    report = subject_access.export_person(pair.services, pair.coachee.person_id or "")
    assert [one.aide for one in report.proposals] == [OFFICE]
    with pair.world.database.writing() as tx:
        tx.execute(delete(CredentialRow).where(CredentialRow.id == pair.link_id))
    (own,) = read_proposals(pair.services, pair.coachee, pair.session.id)
    assert (own.aide, own.is_open) == ("", True)


def test_times_show_whether_they_have_proposals(pair: Pair) -> None:
    def shown() -> tuple[bool, bool]:
        times = answers.read_times(pair.services, pair.aide).times
        (one,) = [time for time in times if time.id == pair.session.id]
        return one.own_proposal, one.other_proposal

    assert shown() == (False, False)
    pair.proposes()
    assert shown() == (True, False)
    pair.coach_proposes()
    assert shown() == (False, True)
