"""Commitments handed over to posts, and the questions sent to these posts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from api.accounts.rows import CredentialKind
from api.coaching.follow_up import answers, office
from api.coaching.follow_up.outcomes import CommitmentOutcome
from api.coaching.follow_up.posts import PostAnswer, answer_as_post, read_post
from api.data_protection.erase_people import erase_people
from api.data_protection.subject_access import subject_access_report
from api.http.authentication import PresentedSecret, SecretSource
from api.http.principal import Principal
from api.mail.rows import MailKind, MailRow
from api.own_data.leaving import leave_cycle
from api.participants.rows import PersonRow
from api.personal_links.follow_up_links import authenticate_post
from api.reminders.follow_up_mail import compose_post_question
from coach.commitments import CommitmentChange, CommitmentEvent, CommitmentState, Evidence
from coach.errors import ConflictError, NotFoundError
from coach.follow_up import PostOutcome
from coach.goals import Proof
from tests.api.coaching.afterwards import TITLE, PairLife, pair_life

if TYPE_CHECKING:
    from conftest import World

MAY, AUGUST = date(2027, 5, 10), date(2027, 8, 10)
POST, ADDRESS = "Chief of personnel, 2nd brigade", "personnel@example.org"
ORDER = Evidence(kind=Proof.ORDER, reference="order 7/2027", day=date(2027, 8, 1))


@pytest.fixture
def pair(world: World) -> PairLife:
    """Return a completed pair with a commitment, whose coachee was sent a follow-up in May."""
    life = pair_life(world)
    life.agree()
    life.commit()
    life.complete()
    life.ask(MAY)
    return life


def _hand_over(pair: PairLife, address: str = ADDRESS) -> CommitmentState:
    first = pair.follow_ups()[0]
    (one,) = pair.form(first.id).commitments
    change = CommitmentChange(event=CommitmentEvent.HAND_OVER, to_post=POST)
    outcome = CommitmentOutcome(
        seen=one.version, change=change, ask_post=bool(address), post_address=address
    )
    form = answers.record_outcome(pair.services, pair.asked(), first.id, one.id, outcome)
    assert form.commitments[0].to_post == POST
    return form.commitments[0].state


def _post(pair: PairLife) -> Principal | None:
    presented = PresentedSecret(pair.secret(CredentialKind.POST), SecretSource.PATH)
    with pair.world.database.reading() as tx:
        return authenticate_post(tx, presented, pair.services.settings, pair.now)


def _asked_post(pair: PairLife) -> Principal:
    """Hand over the commitment, and return the principal of the post that is asked in August."""
    _hand_over(pair)
    pair.ask(AUGUST)
    found = _post(pair)
    assert found is not None
    return found


def test_a_post_is_asked_only_if_the_coachee_agrees(pair: PairLife) -> None:
    assert _hand_over(pair, address="") is CommitmentState.HANDED_OVER
    assert pair.posts() == []
    assert MailKind.POST_QUESTION not in {kind for _, kind in pair.ask_every_day(AUGUST, 10)}


def test_a_post_is_asked_with_the_next_follow_up_and_reminded_of_twice(pair: PairLife) -> None:
    _hand_over(pair)
    assert [one.due for one in pair.posts()] == [AUGUST]
    sent = pair.ask_every_day(AUGUST - timedelta(days=1), 24)
    assert [day for day, kind in sent if kind is MailKind.POST_QUESTION] == [
        AUGUST,
        AUGUST + timedelta(days=7),
        AUGUST + timedelta(days=14),
    ]


def test_the_email_and_the_page_of_a_post_name_nobody(pair: PairLife) -> None:
    post = _asked_post(pair)
    with pair.services.database.reading() as tx:
        mail = tx.scalars(select(MailRow).where(MailRow.kind == MailKind.POST_QUESTION)).one()
        composed = compose_post_question(tx, pair.services, mail)
    assert composed is not None
    assert composed.recipient == ADDRESS
    message = message_from_bytes(composed.content, policy=policy.default)
    text = str(message.get_body(("plain",)).get_content())  # type: ignore[union-attr]
    assert pair.secret(CredentialKind.POST) in text
    view = read_post(pair.services, post).model_dump_json()
    assert TITLE in view
    for name in ("Coachee", "Coach 1", "c1@example.org"):
        assert name not in text
        assert name not in view
    assert TITLE not in text


def test_a_post_says_what_has_become_of_it_and_the_office_sees_only_that(pair: PairLife) -> None:
    post = _asked_post(pair)
    with pytest.raises(ValidationError, match="enter evidence"):
        PostAnswer(seen=0, outcome=PostOutcome.DONE)
    given = PostAnswer(seen=0, outcome=PostOutcome.DONE, evidence=ORDER)
    assert answer_as_post(pair.services, post, given).evidence == (ORDER,)
    with pytest.raises(ConflictError, match="in the meantime"):
        answer_as_post(pair.services, post, given)
    tomorrow = ORDER.model_copy(update={"day": AUGUST + timedelta(days=1)})
    with pytest.raises(ConflictError, match="in the future"):
        answer_as_post(
            pair.services, post, PostAnswer(seen=1, outcome=PostOutcome.DONE, evidence=tomorrow)
        )
    listed = office.list_follow_ups(pair.services, pair.id)[0]
    assert listed.posts == (PostOutcome.DONE,)
    assert "order 7" not in listed.model_dump_json()


def test_the_link_of_a_post_opens_one_commitment_only(pair: PairLife) -> None:
    post = _asked_post(pair)
    other = replace(post, credential_id="0" * 20)
    with pytest.raises(NotFoundError):
        read_post(pair.services, other)
    with pytest.raises(NotFoundError):
        read_post(pair.services, pair.asked())
    assert pair.opened_with(pair.secret(CredentialKind.POST)) is None
    pair.now = datetime.combine(AUGUST, datetime.min.time(), UTC) + timedelta(days=31)
    assert _post(pair) is None
    pair.now = datetime.combine(AUGUST, datetime.min.time(), UTC)
    leave_cycle(pair.services, pair.principal("C-1"))
    assert _post(pair) is None


def test_an_address_needs_the_consent_and_is_not_the_own_one(pair: PairLife) -> None:
    change = CommitmentChange(event=CommitmentEvent.HAND_OVER, to_post=POST)
    for ask_post, address in ((True, ""), (False, ADDRESS), (True, "nowhere")):
        with pytest.raises(ValidationError):
            CommitmentOutcome(seen=1, change=change, ask_post=ask_post, post_address=address)
    with pytest.raises(ConflictError, match="your own address"):
        _hand_over(pair, address="C1@example.org")


def test_a_copy_names_the_post_and_erasure_removes_it(pair: PairLife) -> None:
    _asked_post(pair)
    person = pair.person("C-1")
    with pair.services.database.writing() as tx:
        report = subject_access_report(tx, person, to_person=True)
        assert [(one.post, one.address) for one in report.coaching.posts] == [(POST, ADDRESS)]
        erase_people(tx, pair.id, PersonRow.id == person, now=pair.now)
    (row,) = pair.posts()
    assert (row.post, row.address, row.credential_id) == ("", "", None)
    assert pair.ask(AUGUST + timedelta(days=7)) == 0
