"""Ratings of a pair's goals by either person or by both together."""

from __future__ import annotations

from sqlalchemy import select

from api.audit_trail.log import record_event
from api.coaching.goals import facts
from api.coaching.goals.goal_views import GoalView, goal_row, one_goal
from api.coaching.goals.pair_work import PairWork, recording_work
from api.coaching.goals.rows import GoalRatingRow, GoalRow
from api.http.principal import Principal
from api.participants.rows import Side
from api.services import Services
from api.values import FrozenModel
from coach.attainment import INSTRUMENT, INSTRUMENT_VERSION
from coach.errors import ConflictError, NotAllowedError
from coach.goals import RATED_STATES, AttainmentLevel, Rater, RatingMoment

OWN_RATER = {Side.COACHEE: Rater.COACHEE, Side.COACH: Rater.COACH}


class RatingInput(FrozenModel):
    """The level that a goal has reached, as rated by the person alone or by both together."""

    moment: RatingMoment
    by: Rater
    level: AttainmentLevel


def rate_goal(
    services: Services, principal: Principal, other_id: str, goal_id: str, rating: RatingInput
) -> GoalView:
    """Store a rating, replacing an earlier one by the same rater for the same moment.

    Raises:
        NotFoundError: as for `read_goals`, or there is no such goal.
        NotAllowedError: only the other person can enter this rating.
        ConflictError: the pair has ended without being completed, or has no agreement in force; or
            the goal is not under way yet, or is no longer pursued.
    """
    with services.database.writing() as tx:
        work = recording_work(tx, services, principal, other_id)
        return one_goal(work, store_rating(work, goal_id, rating))


def store_rating(work: PairWork, goal_id: str, rating: RatingInput) -> GoalRow:
    """Store a rating by a person in the pair, and return the goal; see `rate_goal`."""
    row = goal_row(work, goal_id)
    if rating.by not in {Rater.BOTH, OWN_RATER[work.side]}:
        raise NotAllowedError(facts.NOT_YOUR_RATING())
    if row.state not in RATED_STATES:
        raise ConflictError(facts.RATED_LATER())
    stored = _rating(work, row, rating)
    stored.level, stored.rated_at, stored.rater_id = rating.level, work.now, work.person_id
    stored.instrument, stored.instrument_version = INSTRUMENT, INSTRUMENT_VERSION
    record_event(work.tx, "goal rated", "goal", row.id)
    return row


def _rating(work: PairWork, row: GoalRow, rating: RatingInput) -> GoalRatingRow:
    """Return the pair's stored rating for the same moment and rater, or a new one."""
    stored = work.tx.scalar(
        select(GoalRatingRow)
        .where(
            GoalRatingRow.goal_id == row.id,
            GoalRatingRow.moment == rating.moment,
            GoalRatingRow.by == rating.by,
            GoalRatingRow.rater_id.in_((work.pair.coachee.id, work.pair.coach.id)),
        )
        .order_by(GoalRatingRow.rater_id != work.person_id)
        .limit(1)
    )
    if stored is None:
        stored = GoalRatingRow(goal_id=row.id, moment=rating.moment, by=rating.by)
        work.tx.add(stored)
    return stored
