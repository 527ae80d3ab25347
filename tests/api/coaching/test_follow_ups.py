"""Follow-ups months after a cycle: times, links and answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from api.accounts.rows import CredentialKind, CredentialRow
from api.coaching.agreements.pairs import visible_pairs
from api.coaching.follow_up import answers, office
from api.coaching.follow_up.answers import FollowUpAnswer
from api.coaching.follow_up.outcomes import CommitmentOutcome
from api.coaching.goals import commitments, goals, ratings
from api.coaching.goals.commitments import CommitmentStep
from api.coaching.goals.ratings import RatingInput
from api.coaching.life.reading import lives_of
from api.consent.alumni import answer_alumni, read_alumni
from api.consent.service import PublicityAnswer
from api.data_protection.erase_people import erase_people
from api.data_protection.retention_policy import retention_of
from api.data_protection.subject_access import subject_access_report
from api.http.principal import AccessRole, Verification
from api.input_files.instruments import shipped_instruments
from api.mail.rows import MailKind, MailRow
from api.overview.to_do import ToDoKind, to_do_items
from api.own_data.leaving import leave_cycle
from api.participants.rows import PersonRow, Side
from api.personal_links.links import issue_link
from api.reminders.follow_up_mail import compose_follow_up
from api.reminders.switch import ReminderSwitch, switch_reminders
from coach.commitments import CommitmentChange, CommitmentEvent, CommitmentState, Evidence
from coach.cycle import CycleDates
from coach.errors import ConflictError, NotFoundError
from coach.follow_up import FollowUpState
from coach.goals import Proof, Rater, RatingMoment
from coach.pair_life import LifeState
from tests.api.coaching.afterwards import COMPLETED, TITLE, PairLife, pair_life

if TYPE_CHECKING:
    from conftest import World

MAY, AUGUST = date(2027, 5, 10), date(2027, 8, 10)
UNTIL = AUGUST + timedelta(days=30)
ORDER = Evidence(kind=Proof.ORDER, reference="order 12-4/2027", day=date(2027, 4, 1))


@pytest.fixture
def pair(world: World) -> PairLife:
    life = pair_life(world)
    life.agree()
    return life


def test_follow_ups_are_made_when_a_pair_is_completed(pair: PairLife) -> None:
    assert pair.follow_ups() == []
    pair.complete()
    assert [(row.side, row.month, row.due, row.until) for row in pair.follow_ups()] == [
        (Side.COACHEE, 3, MAY, UNTIL),
        (Side.COACHEE, 6, AUGUST, UNTIL),
    ]


def test_the_policy_says_when_and_whether_the_coach_is_asked(pair: PairLife) -> None:
    pair.change_policy(follow_up_months=[12], follow_up_coach=True)
    pair.complete()
    assert [(row.side, row.month) for row in pair.follow_ups()] == [
        (Side.COACH, 12),
        (Side.COACHEE, 12),
    ]


def test_nobody_is_asked_if_the_policy_names_no_month(pair: PairLife) -> None:
    pair.change_policy(follow_up_months=CycleDates.model_fields["follow_up_months"].default)
    pair.complete()
    assert pair.follow_ups() == []


def test_a_question_is_sent_at_its_day_and_reminded_of_twice(pair: PairLife) -> None:
    pair.complete()
    assert pair.ask_every_day(MAY - timedelta(days=2), 26) == [
        (MAY, MailKind.FOLLOW_UP),
        (MAY + timedelta(days=7), MailKind.FOLLOW_UP_REMINDER),
        (MAY + timedelta(days=14), MailKind.FOLLOW_UP_REMINDER),
    ]


def test_nobody_is_asked_at_night_or_at_the_weekend(pair: PairLife) -> None:
    pair.complete(datetime(2027, 2, 8, 9, 0, tzinfo=UTC))  # due on Saturday, 8 May
    assert pair.ask(date(2027, 5, 8)) == pair.ask(date(2027, 5, 9)) == 0
    assert pair.ask(date(2027, 5, 10), hour=3) == 0
    assert pair.ask(date(2027, 5, 10)) == 1
    assert pair.ask(date(2027, 5, 10)) == 0


def test_reminders_stop_with_the_answer_and_with_the_switch_of_the_cycle(pair: PairLife) -> None:
    pair.complete()
    pair.ask(MAY)
    switch_reminders(pair.services, pair.id, ReminderSwitch(on=False))
    assert pair.ask(MAY + timedelta(days=8)) == 0
    switch_reminders(pair.services, pair.id, ReminderSwitch(on=True))
    assert pair.ask(MAY + timedelta(days=9)) == 1
    first = pair.follow_ups()[0]
    answers.answer_follow_up(
        pair.services, pair.asked(), first.id, FollowUpAnswer(seen=0, again=True)
    )
    assert pair.ask(MAY + timedelta(days=16)) == 0


def test_somebody_who_leaves_is_not_asked_and_their_link_ends(pair: PairLife) -> None:
    pair.complete()
    pair.ask(MAY)
    secret = pair.secret()
    leave_cycle(pair.services, pair.principal("C-1"))
    assert pair.opened_with(secret) is None
    assert pair.ask_every_day(MAY + timedelta(days=1), 16) == [(MAY, MailKind.FOLLOW_UP)]


def test_person_who_declines_is_not_asked_again_unless_they_opt_in(pair: PairLife) -> None:
    pair.complete()
    pair.ask(MAY)
    first, later = pair.follow_ups()
    no = FollowUpAnswer(seen=0, again=False)
    assert answers.answer_follow_up(pair.services, pair.asked(), first.id, no).again is False
    assert pair.follow_ups()[1].ended_at is not None
    yes = FollowUpAnswer(seen=1, again=True)
    answers.answer_follow_up(pair.services, pair.asked(), first.id, yes)
    assert pair.follow_ups()[1].ended_at is None
    assert answers.stop_asking(pair.services, pair.asked()) == 1
    assert pair.ask(AUGUST) == 0
    with pytest.raises(ConflictError, match="do not want to be asked"):
        answers.read_form(pair.services, pair.asked(), later.id)


def test_the_link_lives_until_the_last_month_and_opens_follow_ups_only(pair: PairLife) -> None:
    pair.complete()
    pair.ask(MAY)
    secret = pair.secret()
    principal = pair.opened_with(secret)
    assert principal is not None
    assert (principal.role, principal.verification) == (AccessRole.FOLLOW_UP, None)
    pair.now = datetime(2027, 9, 9, 20, 0, tzinfo=UTC)
    assert pair.opened_with(secret) is not None
    pair.now += timedelta(hours=4)
    assert pair.opened_with(secret) is None
    with pytest.raises(NotFoundError):
        goals.read_goals(pair.services, principal, pair.person("K-1"))


def test_a_new_link_ends_the_one_for_follow_ups(pair: PairLife) -> None:
    pair.complete()
    pair.ask(MAY)
    first = pair.secret()
    with pair.services.database.writing() as tx:
        issue_link(
            tx, pair.services.keyring, pair.person("C-1"), now=pair.now, grace=timedelta(days=60)
        )
    assert pair.opened_with(first) is None
    pair.ask(MAY + timedelta(days=7))
    assert pair.opened_with(pair.secret()) is not None


def test_the_coachee_says_what_has_become_of_commitments_and_goals(pair: PairLife) -> None:
    goal, commitment = pair.set_goal(), pair.commit()
    pair.complete()
    pair.ask(MAY)
    first, later = pair.follow_ups()
    answers.mark_opened(pair.services, pair.asked(), first.id)
    (seen,) = pair.form(first.id).commitments
    done = CommitmentOutcome(
        seen=seen.version,
        change=CommitmentChange(event=CommitmentEvent.FINISH),
        evidence=ORDER,
    )
    form = answers.record_outcome(pair.services, pair.asked(), first.id, commitment, done)
    assert form.commitments[0].state is CommitmentState.DONE
    with pytest.raises(ConflictError, match="in the meantime"):
        answers.record_outcome(pair.services, pair.asked(), first.id, commitment, done)
    given = FollowUpAnswer(seen=0, again=True, ratings={goal: 1})
    view = answers.answer_follow_up(pair.services, pair.asked(), first.id, given)
    assert view.state is FollowUpState.ANSWERED
    with pytest.raises(ConflictError, match="answered in the meantime"):
        answers.answer_follow_up(pair.services, pair.asked(), first.id, given)
    assert pair.form(first.id).levels == {goal: 1}
    rated = goals.read_goals(pair.services, pair.principal("C-1"), pair.person("K-1"))
    assert [(one.moment, one.by, one.level) for one in rated.goals[0].ratings] == [
        (RatingMoment.MONTH_3, Rater.COACHEE, 1)
    ]
    assert pair.follow_ups()[0].opened_at is not None
    with pytest.raises(ConflictError, match="you can answer this follow-up from"):
        answers.read_form(pair.services, pair.asked(), later.id)


def test_done_requires_evidence_and_nothing_is_promised_after_the_end(pair: PairLife) -> None:
    commitment = pair.commit()
    pair.complete()
    pair.ask(MAY)
    first = pair.follow_ups()[0]
    seen = pair.form(first.id).commitments[0].version

    def record(event: CommitmentEvent) -> None:
        outcome = CommitmentOutcome(seen=seen, change=CommitmentChange(event=event))
        answers.record_outcome(pair.services, pair.asked(), first.id, commitment, outcome)

    for event in (CommitmentEvent.FINISH, CommitmentEvent.CHANGE):
        with pytest.raises(ConflictError):
            record(event)
    assert pair.form(first.id).commitments[0].version == seen
    record(CommitmentEvent.CARRY_OVER)


def test_others_do_not_see_a_follow_up(pair: PairLife) -> None:
    pair.complete()
    pair.ask(MAY)
    first = pair.follow_ups()[0]
    for code in ("K-1", "C-2", "K-2"):
        assert answers.read_follow_ups(pair.services, pair.principal(code)).follow_ups == ()
        with pytest.raises(NotFoundError):
            answers.read_form(pair.services, pair.principal(code), first.id)


def test_a_coach_who_is_asked_rates_goals_until_the_coachee_leaves(pair: PairLife) -> None:
    pair.change_policy(follow_up_coach=True)
    goal = pair.set_goal()
    pair.complete()
    pair.now = datetime(2027, 5, 10, 9, 0, tzinfo=UTC)
    coach = pair.principal("K-1")
    own = answers.read_follow_ups(pair.services, coach)
    given = FollowUpAnswer(seen=0, again=True, ratings={goal: -1})
    answers.answer_follow_up(pair.services, coach, own.follow_ups[0].id, given)
    assert answers.read_form(pair.services, coach, own.follow_ups[0].id).levels == {goal: -1}
    leave_cycle(pair.services, pair.principal("C-1"))
    assert answers.read_follow_ups(pair.services, coach).follow_ups == ()


def test_goals_and_commitments_can_be_recorded_with_the_usual_link_after_the_end(
    pair: PairLife,
) -> None:
    goal, commitment = pair.set_goal(), pair.commit()
    pair.complete()
    coachee, coach = pair.principal("C-1"), pair.person("K-1")
    rating = RatingInput(moment=RatingMoment.MONTH_3, by=Rater.COACHEE, level=2)
    assert ratings.rate_goal(pair.services, coachee, coach, goal, rating).can_rate
    one = commitments.read_commitments(pair.services, coachee, coach).commitment(commitment)
    assert CommitmentEvent.CHANGE not in one.events
    step = CommitmentStep(seen=one.version, change=CommitmentChange(event=CommitmentEvent.START))
    moved = commitments.step_commitment(pair.services, coachee, coach, commitment, step)
    assert moved.state is CommitmentState.UNDER_WAY


def test_the_email_names_nobody_and_leads_to_the_form(pair: PairLife) -> None:
    pair.complete()
    pair.ask(MAY)
    with pair.services.database.reading() as tx:
        mail = tx.scalars(select(MailRow).where(MailRow.kind == MailKind.FOLLOW_UP)).one()
        composed = compose_follow_up(tx, pair.services, mail)
    assert composed is not None
    assert composed.recipient == "c1@example.org"
    first = pair.follow_ups()[0]
    answers.answer_follow_up(
        pair.services, pair.asked(), first.id, FollowUpAnswer(seen=0, again=True)
    )
    with pair.services.database.reading() as tx:
        mail = tx.scalars(select(MailRow).where(MailRow.kind == MailKind.FOLLOW_UP)).one()
        assert compose_follow_up(tx, pair.services, mail) is None


def test_the_office_sees_states_and_shared_titles_only(pair: PairLife) -> None:
    pair.commit()
    pair.commit("Name a contact", shared=True)
    pair.complete()
    pair.ask(MAY)
    first, later = office.list_follow_ups(pair.services, pair.id)
    assert (first.state, later.state) == (FollowUpState.DUE, FollowUpState.WAITING)
    assert first.commitments == {CommitmentState.COMMITTED: 2}
    assert first.titles == ("Name a contact",)
    shown = office.show_link(pair.services, pair.id, first.id)
    assert pair.secret() in shown.address
    with pytest.raises(ConflictError):
        office.show_link(pair.services, pair.id, later.id)
    with pytest.raises(NotFoundError):
        office.show_link(pair.services, pair.world.cycle(), first.id)


def test_a_question_without_an_answer_is_something_to_do(pair: PairLife) -> None:
    def to_do() -> list[int]:
        with pair.services.database.reading() as tx:
            items = to_do_items(tx, shipped_instruments(), now=pair.now)
        return [one.count for one in items if one.kind is ToDoKind.UNANSWERED_FOLLOW_UP]

    pair.complete()
    pair.ask(MAY)
    assert to_do() == []
    pair.ask(MAY + timedelta(days=7))
    assert to_do() == [1]
    leave_cycle(pair.services, pair.principal("C-1"))
    assert to_do() == []


def test_staying_in_touch_is_asked_for_and_can_be_taken_back(pair: PairLife) -> None:
    def state() -> LifeState:
        with pair.services.database.reading() as tx:
            pairs = visible_pairs(tx, Side.COACHEE, pair.person("C-1"))
            lives = lives_of(tx, pairs, now=pair.now)
        return lives[pair.person("C-1"), pair.person("K-1")][-1].state

    pair.complete()
    assert state() is LifeState.COMPLETED
    pair.ask(MAY)
    assert state() is LifeState.FOLLOW_UP
    text = read_alumni(pair.services, pair.asked()).text
    yes = PublicityAnswer(given=True, sha256=text.sha256)
    assert answer_alumni(pair.services, pair.asked(), yes).given_at == pair.now
    assert state() is LifeState.ALUMNUS
    answer_alumni(pair.services, pair.asked(), PublicityAnswer(given=False, sha256=""))
    pair.now = datetime(2027, 10, 1, tzinfo=UTC)
    assert state() is LifeState.GONE


def test_data_outlives_the_cycle_until_the_last_question_can_be_answered(pair: PairLife) -> None:
    pair.complete()

    def erased_on(days: int) -> date | None:
        with pair.services.database.reading() as tx:
            return retention_of(tx, pair.id, days, now=pair.now).erased_on

    assert erased_on(10) == UNTIL + timedelta(days=1)
    assert erased_on(730) == date(2027, 7, 16) + timedelta(days=730)
    assert erased_on(0) is None
    leave_cycle(pair.services, pair.principal("C-1"))
    assert erased_on(10) == date(2027, 7, 26)


def test_a_person_gets_a_copy_and_erasure_ends_everything(pair: PairLife) -> None:
    pair.commit()
    pair.complete()
    pair.ask(MAY)
    secret, person = pair.secret(), pair.person("C-1")
    with pair.services.database.writing() as tx:
        report = subject_access_report(tx, person, to_person=True)
        assert [one.month for one in report.coaching.follow_ups] == [3, 6]
        erase_people(tx, pair.id, PersonRow.id == person, now=pair.now)
        assert TITLE not in str(subject_access_report(tx, person, to_person=True))
    assert pair.opened_with(secret) is None
    assert all(row.ended_at is not None for row in pair.follow_ups())
    assert pair.ask_every_day(MAY + timedelta(days=1), 16) == []
    with pair.services.database.reading() as tx:
        kinds = tx.scalars(select(CredentialRow.kind).where(CredentialRow.person_id == person))
        assert CredentialKind.FOLLOW_UP not in set(kinds)


def test_a_link_is_extended_by_a_later_question_and_verified_like_others(pair: PairLife) -> None:
    pair.complete(COMPLETED)
    pair.ask(MAY)
    first = pair.secret()
    pair.ask(AUGUST)
    assert pair.secret() == first
    assert replace(pair.asked(), verification=Verification.CODE).is_verified
