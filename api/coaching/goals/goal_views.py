"""Goals as shown to the two people in a pair."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

from pydantic import AwareDatetime
from sqlalchemy import select

from api.coaching.goals import facts
from api.coaching.goals.pair_work import PairWork
from api.coaching.goals.rows import GoalRatingRow, GoalRow
from api.participants.rows import Side
from api.values import FrozenModel
from coach.attainment import RatedGoal, t_score
from coach.errors import NotFoundError
from coach.goals import (
    GOAL_TRANSITIONS,
    RATED_STATES,
    DropReason,
    GoalEvent,
    GoalProof,
    GoalScale,
    GoalState,
    GoalStatement,
    Indicator,
    Rater,
    RatingMoment,
)
from coach.transitions import possible_events


class RatingView(FrozenModel):
    """A rating of a goal, with the code and the version of the instrument."""

    moment: RatingMoment
    by: Rater
    instrument: str
    instrument_version: str
    level: int
    rated_at: AwareDatetime


class GoalView(FrozenModel):
    """A goal; `version` is sent back as `seen` with every change.

    `events` contains the events that the reader can trigger now. `scale` is `None` until it is
    entered.
    """

    id: str
    state: GoalState
    version: int
    written_by: Side
    statement: GoalStatement
    scale: GoalScale | None
    proof: GoalProof
    because: DropReason | None
    to_post: str
    ratings: tuple[RatingView, ...]
    can_rate: bool
    events: tuple[GoalEvent, ...]


class ScoreView(FrozenModel):
    """The T score of all goals rated at one moment, by one person or by both together."""

    moment: RatingMoment
    by: Rater
    t: float


def goal_rows(work: PairWork) -> Sequence[GoalRow]:
    """Return a pair's goals, oldest first, excluding erased ones."""
    return work.tx.scalars(
        select(GoalRow)
        .where(GoalRow.agreement_id == work.agreement_id, GoalRow.statement != "")
        .order_by(GoalRow.created_at, GoalRow.id)
    ).all()


def goal_views(work: PairWork, rows: Sequence[GoalRow]) -> tuple[GoalView, ...]:
    """Return goals as shown to one of the two people in the pair."""
    ratings = _visible_ratings(work, [row.id for row in rows])
    return tuple(
        _view(work, row, [one for one in ratings if one.goal_id == row.id]) for row in rows
    )


def scores(goals: Iterable[GoalView]) -> tuple[ScoreView, ...]:
    """Return a T score for each moment and rater for which all ratable goals have ratings.

    All ratings in a score use the same version of the instrument.
    """
    rated = [goal for goal in goals if goal.state in RATED_STATES]
    found = []
    for moment, by in product(RatingMoment, Rater):
        ratings = [
            (goal.statement.weight, rating)
            for goal in rated
            for rating in goal.ratings
            if (rating.moment, rating.by) == (moment, by)
        ]
        versions = {(one.instrument, one.instrument_version) for _, one in ratings}
        score = t_score(RatedGoal(weight, one.level) for weight, one in ratings)
        if score is not None and len(ratings) == len(rated) and len(versions) == 1:
            found.append(ScoreView(moment=moment, by=by, t=round(score, 1)))
    return tuple(found)


def goal_row(work: PairWork, goal_id: str) -> GoalRow:
    """Return the row of one of a pair's goals.

    Raises:
        NotFoundError: there is no such goal.
    """
    row = work.tx.get(GoalRow, goal_id)
    if row is None or row.agreement_id != work.agreement_id:
        raise NotFoundError(facts.NO_GOAL())
    return row


def one_goal(work: PairWork, row: GoalRow) -> GoalView:
    """Flush pending changes, and return the view of a goal."""
    work.tx.flush()
    (view,) = goal_views(work, [row])
    return view


def _visible_ratings(work: PairWork, goal_ids: Sequence[str]) -> Sequence[GoalRatingRow]:
    """Return the ratings by the pair's two people, excluding those by an earlier coach."""
    return work.tx.scalars(
        select(GoalRatingRow)
        .where(
            GoalRatingRow.goal_id.in_(goal_ids),
            GoalRatingRow.rater_id.in_((work.pair.coachee.id, work.pair.coach.id)),
        )
        .order_by(GoalRatingRow.rated_at)
    ).all()


def _view(work: PairWork, row: GoalRow, ratings: Sequence[GoalRatingRow]) -> GoalView:
    latest = {(one.moment, one.by): one for one in ratings}
    return GoalView(
        id=row.id,
        state=row.state,
        version=row.version,
        written_by=row.written_by,
        statement=GoalStatement(
            statement=row.statement, area=row.area, reach=row.reach, weight=row.weight
        ),
        scale=GoalScale.model_validate(row.scale) if row.scale else None,
        proof=GoalProof(
            indicator=Indicator.model_validate(row.indicator),
            verification=row.verification,
            nap_pillar=row.nap_pillar,
            nap_reference=row.nap_reference,
        ),
        because=row.because,
        to_post=row.to_post,
        ratings=tuple(
            RatingView(
                moment=one.moment,
                by=one.by,
                instrument=one.instrument,
                instrument_version=one.instrument_version,
                level=one.level,
                rated_at=one.rated_at,
            )
            for one in latest.values()
        ),
        can_rate=work.can_record and row.state in RATED_STATES,
        events=tuple(_events(work, row)) if work.is_open else (),
    )


def _events(work: PairWork, row: GoalRow) -> Iterable[GoalEvent]:
    may_agree = bool(row.scale) and row.written_by is not work.side
    for event in possible_events(GOAL_TRANSITIONS, row.state):
        if event is not GoalEvent.AGREE or may_agree:
            yield event
