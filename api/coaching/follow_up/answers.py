"""Use cases for the person who is asked: reading, answering and declining follow-ups."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import AwareDatetime, Field
from sqlalchemy import update

from api.audit_trail.log import record_event
from api.coaching.agreements.rows import FollowUpRow
from api.coaching.follow_up import facts
from api.coaching.follow_up.outcomes import CommitmentOutcome, store_outcome
from api.coaching.follow_up.own import (
    FollowUpWork,
    own_follow_up,
    own_follow_ups,
    require_open,
)
from api.coaching.follow_up.questions import (
    answers_so_far,
    follow_up_instrument,
    store_questions,
)
from api.coaching.goals.commitment_views import CommitmentView, commitment_rows, commitment_view
from api.coaching.goals.goal_views import GoalView, goal_rows, goal_views
from api.coaching.goals.ratings import OWN_RATER, RatingInput, store_rating
from api.coaching.instruments.rows import SHA256_LENGTH
from api.http.principal import Principal
from api.participants.rows import Side
from api.participants.service import person_row
from api.services import Services
from api.values import FrozenModel
from coach.answers import Answers
from coach.errors import ConflictError
from coach.follow_up import FollowUpState, rating_moment
from coach.goals import AttainmentLevel
from coach.instruments import Instrument


class FollowUpView(FrozenModel):
    """A follow-up, as shown to the person who is asked.

    `version` is sent back as `seen` with an answer. `is_open` is true if the follow-up can be
    answered.
    """

    id: str
    month: int
    due: date
    until: date
    other: str
    state: FollowUpState
    is_open: bool
    answered_at: AwareDatetime | None
    again: bool | None
    version: int

    @property
    def is_pending(self) -> bool:
        """Whether the follow-up is open or upcoming, and not answered yet."""
        return self.state in {FollowUpState.WAITING, FollowUpState.DUE}


class OwnFollowUps(FrozenModel):
    """All follow-ups of a person, and the IANA name of the person's time zone."""

    side: Side
    timezone: str
    follow_ups: tuple[FollowUpView, ...]


class FollowUpForm(FrozenModel):
    """The content of a follow-up: the commitments of a coachee, and the goals to rate.

    `levels` contains the person's own ratings for this month so far, keyed by goal id. `instrument`
    contains the questions, `sha256` is its digest, and `answers` contains the answers so far.
    """

    side: Side
    timezone: str
    follow_up: FollowUpView
    commitments: tuple[CommitmentView, ...]
    goals: tuple[GoalView, ...]
    levels: dict[str, int]
    instrument: Instrument | None
    sha256: str
    answers: Answers


class FollowUpAnswer(FrozenModel):
    """The answer to a follow-up; `seen` is the version that the person has seen.

    `again` states whether the person may be asked again, and answers the instrument's item for this
    question, if there is one. `ratings` maps the ids of goals to levels. `answers` contains the
    answers to the instrument with the digest `sha256`.
    """

    seen: int
    again: bool
    ratings: Annotated[dict[str, AttainmentLevel], Field(default_factory=dict, max_length=20)]
    sha256: Annotated[str, Field(max_length=SHA256_LENGTH)] = ""
    answers: Annotated[Answers, Field(default_factory=dict)]


def read_follow_ups(services: Services, principal: Principal) -> OwnFollowUps:
    """Return all follow-ups of the principal: past, present and future."""
    with services.database.reading() as tx:
        person = person_row(tx, principal.person_id or "")
        return OwnFollowUps(
            side=person.side,
            timezone=person.timezone,
            follow_ups=tuple(map(_view, own_follow_ups(tx, principal, now=services.now()))),
        )


def read_form(services: Services, principal: Principal, follow_up_id: str) -> FollowUpForm:
    """Return the content of one of the principal's follow-ups.

    Raises:
        NotFoundError: there is no such follow-up.
        ConflictError: the follow-up is not open.
    """
    with services.database.reading() as tx:
        found = own_follow_up(tx, principal, follow_up_id, now=services.now())
        require_open(found)
        return _form(services, found)


def mark_opened(services: Services, principal: Principal, follow_up_id: str) -> None:
    """Record that the form of an open follow-up was opened for the first time.

    Raises:
        NotFoundError: there is no such follow-up.
    """
    with services.database.writing() as tx:
        found = own_follow_up(tx, principal, follow_up_id, now=services.now())
        if found.row.opened_at is None and found.is_open:
            found.row.opened_at = services.now()
            record_event(tx, "follow-up opened", "follow-up", follow_up_id)


def record_outcome(
    services: Services,
    principal: Principal,
    follow_up_id: str,
    commitment_id: str,
    outcome: CommitmentOutcome,
) -> FollowUpForm:
    """Record the outcome of one of the requesting coachee's commitments.

    Raises:
        NotFoundError: there is no such follow-up, or no such commitment.
        ConflictError: the follow-up is not open, the principal is a coach, or the commitment cannot
            be changed in this way.
    """
    with services.database.writing() as tx:
        found = own_follow_up(tx, principal, follow_up_id, now=services.now())
        require_open(found)
        if found.row.side is not Side.COACHEE:
            raise ConflictError(facts.COACHEE_RECORDS())
        store_outcome(found, commitment_id, outcome)
        tx.flush()
        return _form(services, found)


def answer_follow_up(
    services: Services, principal: Principal, follow_up_id: str, answer: FollowUpAnswer
) -> FollowUpView:
    """Store the answer to a follow-up, replacing any earlier answer.

    If the person does not want to be asked again, later follow-ups end. If they change their mind,
    those follow-ups continue.

    Raises:
        NotFoundError: there is no such follow-up, or no such goal.
        ConflictError: the follow-up is not open, has been answered since it was displayed, or has
            different questions now; or a goal cannot be rated.
        UnusableInputError: the answers do not match the questions.
    """
    now = services.now()
    with services.database.writing() as tx:
        found = own_follow_up(tx, principal, follow_up_id, now=now)
        require_open(found)
        row, work = found.row, found.work
        if row.version != answer.seen:
            raise ConflictError(facts.CHANGED_MEANWHILE())
        for goal_id, level in answer.ratings.items():
            rating = RatingInput(
                moment=rating_moment(row.month), by=OWN_RATER[work.side], level=level
            )
            store_rating(work, goal_id, rating)
        instrument = follow_up_instrument(services, work.side)
        store_questions(found, instrument, answer.answers, answer.sha256, again=answer.again)
        _ask_later(found, now, again=answer.again)
        row.answered_at, row.again, row.version = now, answer.again, row.version + 1
        record_event(tx, "follow-up answered", "follow-up", row.id, version=row.version)
        tx.flush()
        return _view(own_follow_up(tx, principal, follow_up_id, now=now))


def stop_asking(services: Services, principal: Principal) -> int:
    """End all unanswered follow-ups of the principal, and return their number."""
    now, ended = services.now(), 0
    with services.database.writing() as tx:
        for found in own_follow_ups(tx, principal, now=now):
            if found.row.answered_at is None and found.row.ended_at is None:
                found.row.ended_at = now
                ended += 1
        if ended:
            record_event(
                tx, "follow-ups refused", "person", principal.person_id or "", questions=ended
            )
    return ended


def _ask_later(found: FollowUpWork, now: datetime, *, again: bool) -> None:
    """End the later follow-ups, or reopen follow-ups that an earlier answer has ended."""
    row, tx = found.row, found.work.tx
    if not again:
        record_event(tx, "follow-ups refused", "person", row.person_id)
    elif row.again is False:
        record_event(tx, "follow-ups allowed", "person", row.person_id)
    tx.execute(
        update(FollowUpRow)
        .where(
            FollowUpRow.agreement_id == row.agreement_id,
            FollowUpRow.side == row.side,
            FollowUpRow.month > row.month,
            FollowUpRow.answered_at.is_(None),
        )
        .values(ended_at=None if again else now)
    )


def _view(found: FollowUpWork) -> FollowUpView:
    row, work = found.row, found.work
    return FollowUpView(
        id=row.id,
        month=row.month,
        due=row.due,
        until=row.until,
        other=work.pair.other(work.side).name,
        state=found.state,
        is_open=found.is_open,
        answered_at=row.answered_at,
        again=row.again,
        version=row.version,
    )


def _form(services: Services, found: FollowUpWork) -> FollowUpForm:
    row, work = found.row, found.work
    instrument = follow_up_instrument(services, work.side)
    goals = [goal for goal in goal_views(work, goal_rows(work)) if goal.can_rate]
    by, moment = OWN_RATER[work.side], rating_moment(row.month)
    return FollowUpForm(
        side=work.side,
        timezone=work.pair.own(work.side).timezone,
        follow_up=_view(found),
        commitments=tuple(commitment_view(work, one) for one in commitment_rows(work)),
        goals=tuple(goals),
        levels={
            goal.id: rating.level
            for goal in goals
            for rating in goal.ratings
            if (rating.by, rating.moment) == (by, moment)
        },
        instrument=instrument,
        sha256="" if instrument is None else instrument.sha256,
        answers=answers_so_far(found, instrument),
    )
