"""Use cases for the goals of a pair.

One of the two writes a goal, and the other agrees to it. A changed goal requires a new agreement.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from api.audit_trail.log import record_event
from api.coaching.goals import facts
from api.coaching.goals.goal_views import GoalView, ScoreView, goal_rows, goal_views, scores
from api.coaching.goals.pair_work import (
    PairWork,
    open_work,
    recording_work,
    require_version,
    seen_work,
)
from api.coaching.goals.rows import GoalRatingRow, GoalRow
from api.http.principal import Principal
from api.participants.person_summary import PersonSummary, person_summary
from api.participants.rows import Side
from api.services import Services
from api.values import FrozenModel
from coach.errors import (
    ConflictError,
    Difference,
    NotAllowedError,
    NotFoundError,
    differing,
)
from coach.goals import (
    ENDED_STATES,
    GOAL_TRANSITIONS,
    MAX_GOALS,
    RATED_STATES,
    AttainmentLevel,
    GoalChange,
    GoalEvent,
    GoalProof,
    GoalScale,
    GoalState,
    GoalStatement,
    NapPillar,
    Proof,
    Rater,
    RatingMoment,
)
from coach.transitions import next_state

OWN_RATER = {Side.COACHEE: Rater.COACHEE, Side.COACH: Rater.COACH}


class GoalsOfPair(FrozenModel):
    """The goals of a pair with their T scores, which only the two people see.

    `is_open` is whether the reader can change goals, and `can_add` whether the reader can add
    another.
    """

    other: PersonSummary
    my_side: Side
    timezone: str
    is_open: bool
    can_add: bool
    is_former: bool
    goals: tuple[GoalView, ...]
    scores: tuple[ScoreView, ...]

    def goal(self, goal_id: str) -> GoalView:
        """Return one of the goals.

        Raises:
            NotFoundError: there is no such goal.
        """
        for goal in self.goals:
            if goal.id == goal_id:
                return goal
        raise NotFoundError(facts.NO_GOAL())


class GoalParts(FrozenModel):
    """The parts of a goal to change; `seen` is the version that the person has seen."""

    seen: int
    statement: GoalStatement | None = None
    scale: GoalScale | None = None
    proof: GoalProof | None = None


class GoalStep(FrozenModel):
    """An event of a goal; `seen` is the version that the person has seen."""

    seen: int
    change: GoalChange


class RatingInput(FrozenModel):
    """The level that a goal has reached, as rated by the person alone or by both together."""

    moment: RatingMoment
    by: Rater
    level: AttainmentLevel


def read_goals(services: Services, principal: Principal, other_id: str) -> GoalsOfPair:
    """Return the goals of the principal and another person.

    Raises:
        NotFoundError: they are not a pair, or the principal may not see it.
    """
    with services.database.reading() as tx:
        return _of_pair(seen_work(tx, services, principal, other_id))


def add_goal(
    services: Services, principal: Principal, other_id: str, given: GoalStatement
) -> GoalView:
    """Add a goal whose scale will be entered later.

    Raises:
        NotFoundError: as for `read_goals`.
        ConflictError: the pair has ended, has no agreement in force, or has too many goals.
    """
    with services.database.writing() as tx:
        work = open_work(tx, services, principal, other_id)
        if not _has_room(goal_rows(work)):
            raise ConflictError(facts.TOO_MANY_GOALS(limit=MAX_GOALS))
        row = GoalRow(
            agreement_id=work.agreement_id,
            state=GoalState.DRAFT,
            written_by=work.side,
            scale={},
            indicator={},
            verification=Proof.OTHER,
            nap_pillar=NapPillar.NONE,
            nap_reference="",
            version=1,
            created_at=work.now,
            changed_at=work.now,
            **given.model_dump(),
        )
        tx.add(row)
        tx.flush()
        record_event(tx, "goal added", "goal", row.id)
        return _one(work, row)


def change_goal(
    services: Services, principal: Principal, other_id: str, goal_id: str, parts: GoalParts
) -> GoalView:
    """Change parts of a goal; the other person then has to agree to it again.

    Raises:
        NotFoundError: as for `read_goals`, or there is no such goal.
        ChangedSinceError: the goal was changed since it was seen.
        ConflictError: the goal can no longer be changed.
    """
    with services.database.writing() as tx:
        work = open_work(tx, services, principal, other_id)
        row = _row(work, goal_id)
        require_version(row.version, parts.seen, lambda: _differences(work, row, parts))
        _apply(work, row, GoalEvent.CHANGE)
        row.written_by = work.side
        if parts.statement is not None:
            for field, value in parts.statement:
                setattr(row, field, value)
        if parts.scale is not None:
            row.scale = parts.scale.model_dump(mode="json")
        if parts.proof is not None:
            row.indicator = parts.proof.indicator.model_dump(mode="json")
            row.verification = parts.proof.verification
            row.nap_pillar = parts.proof.nap_pillar
            row.nap_reference = parts.proof.nap_reference
        record_event(tx, "goal changed", "goal", row.id, version=row.version)
        return _one(work, row)


def step_goal(
    services: Services, principal: Principal, other_id: str, goal_id: str, step: GoalStep
) -> GoalView:
    """Agree to a goal, or record what has become of it.

    Raises:
        NotFoundError: as for `read_goals`, or there is no such goal.
        ChangedSinceError: the goal was changed since it was seen.
        ConflictError: the event is not possible now.
    """
    with services.database.writing() as tx:
        work = open_work(tx, services, principal, other_id)
        row, event = _row(work, goal_id), step.change.event
        require_version(row.version, step.seen)
        if event is GoalEvent.CHANGE:
            raise ConflictError(facts.NOT_POSSIBLE())
        if event is GoalEvent.AGREE:
            _require_agreeable(work, row)
        _apply(work, row, event)
        row.because, row.to_post = step.change.because, step.change.to_post
        record_event(tx, "goal state changed", "goal", row.id, state=row.state.value)
        return _one(work, row)


def rate_goal(
    services: Services, principal: Principal, other_id: str, goal_id: str, rating: RatingInput
) -> GoalView:
    """Store a rating, replacing any earlier rating for the same moment.

    Raises:
        NotFoundError: as for `read_goals`, or there is no such goal.
        NotAllowedError: the rating is that of the other person.
        ConflictError: the goal is not under way yet, or is no longer pursued.
    """
    with services.database.writing() as tx:
        work = recording_work(tx, services, principal, other_id)
        return _one(work, store_rating(work, goal_id, rating))


def store_rating(work: PairWork, goal_id: str, rating: RatingInput) -> GoalRow:
    """Store a rating by a person of the pair, and return the goal; see `rate_goal`."""
    row = _row(work, goal_id)
    if rating.by not in {Rater.BOTH, OWN_RATER[work.side]}:
        raise NotAllowedError(facts.NOT_YOUR_RATING())
    if row.state not in RATED_STATES:
        raise ConflictError(facts.RATED_LATER())
    stored = _rating(work, row, rating)
    stored.level, stored.rated_at, stored.rater_id = rating.level, work.now, work.person_id
    record_event(work.tx, "goal rated", "goal", row.id)
    return row


def _rating(work: PairWork, row: GoalRow, rating: RatingInput) -> GoalRatingRow:
    """Return the stored rating by the pair for the same moment, or a new one."""
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


def _of_pair(work: PairWork) -> GoalsOfPair:
    rows = goal_rows(work)
    goals = goal_views(work, rows)
    return GoalsOfPair(
        other=person_summary(work.pair.other(work.side), to_other_side=True),
        my_side=work.side,
        timezone=work.pair.own(work.side).timezone,
        is_open=work.is_open,
        can_add=work.is_open and _has_room(rows),
        is_former=work.pair.ended is not None,
        goals=goals,
        scores=scores(goals),
    )


def _has_room(rows: Iterable[GoalRow]) -> bool:
    return sum(row.state not in ENDED_STATES for row in rows) < MAX_GOALS


def _row(work: PairWork, goal_id: str) -> GoalRow:
    row = work.tx.get(GoalRow, goal_id)
    if row is None or row.agreement_id != work.agreement_id:
        raise NotFoundError(facts.NO_GOAL())
    return row


def _one(work: PairWork, row: GoalRow) -> GoalView:
    work.tx.flush()
    (view,) = goal_views(work, [row])
    return view


def _differences(work: PairWork, row: GoalRow, parts: GoalParts) -> tuple[Difference, ...]:
    given = parts.model_dump(mode="json", exclude={"seen"}, exclude_none=True)
    return differing(_one(work, row).model_dump(mode="json"), given)


def _apply(work: PairWork, row: GoalRow, event: GoalEvent) -> None:
    after = next_state(GOAL_TRANSITIONS, row.state, event)
    if after is None:
        raise ConflictError(facts.NOT_POSSIBLE())
    row.state, row.version, row.changed_at = after, row.version + 1, work.now


def _require_agreeable(work: PairWork, row: GoalRow) -> None:
    if not row.scale:
        raise ConflictError(facts.SCALE_MISSING())
    if row.written_by is work.side:
        raise ConflictError(facts.OTHER_AGREES())
