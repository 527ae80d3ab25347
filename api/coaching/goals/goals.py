"""Use cases for the goals of a pair.

One person writes a goal, and the other person agrees to it. After a change, the other person has to
agree again.
"""

from __future__ import annotations

from collections.abc import Iterable

from api.audit_trail.log import record_event
from api.coaching.goals import facts
from api.coaching.goals.goal_views import (
    GoalView,
    ScoreView,
    goal_row,
    goal_rows,
    goal_views,
    one_goal,
    scores,
)
from api.coaching.goals.pair_work import (
    PairWork,
    open_work,
    require_version,
    seen_work,
)
from api.coaching.goals.rows import GoalRow
from api.http.principal import Principal
from api.participants.person_summary import PersonSummary, person_summary
from api.participants.rows import Side
from api.services import Services
from api.values import FrozenModel
from coach.errors import (
    ConflictError,
    Difference,
    NotFoundError,
    differing,
)
from coach.goals import (
    ENDED_STATES,
    GOAL_TRANSITIONS,
    MAX_GOALS,
    GoalChange,
    GoalEvent,
    GoalProof,
    GoalScale,
    GoalState,
    GoalStatement,
    NapPillar,
    Proof,
)
from coach.transitions import next_state


class GoalsOfPair(FrozenModel):
    """The goals of a pair with their T scores; only the two people in the pair see them.

    `is_open` is true if the reader can change goals, and `can_add` if the reader can add a goal.
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
    """A change to a goal's state; `seen` is the version that the person has seen."""

    seen: int
    change: GoalChange


def read_goals(services: Services, principal: Principal, other_id: str) -> GoalsOfPair:
    """Return the goals of the pair formed by the principal and another person.

    Raises:
        NotFoundError: the two are not a pair, or the principal may not see the pair.
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
        return one_goal(work, row)


def change_goal(
    services: Services, principal: Principal, other_id: str, goal_id: str, parts: GoalParts
) -> GoalView:
    """Change parts of a goal; the other person then has to agree to the changed goal.

    Raises:
        NotFoundError: as for `read_goals`, or there is no such goal.
        ChangedSinceError: the goal has been changed since it was displayed.
        ConflictError: the pair has ended or has no agreement in force, or the goal can no longer be
            changed.
    """
    with services.database.writing() as tx:
        work = open_work(tx, services, principal, other_id)
        row = goal_row(work, goal_id)
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
        return one_goal(work, row)


def step_goal(
    services: Services, principal: Principal, other_id: str, goal_id: str, step: GoalStep
) -> GoalView:
    """Agree to a goal, start or reopen it, record its result, drop it, or hand it over.

    Raises:
        NotFoundError: as for `read_goals`, or there is no such goal.
        ChangedSinceError: the goal has been changed since it was displayed.
        ConflictError: the pair has ended or has no agreement in force, or the event is not possible
            now.
    """
    with services.database.writing() as tx:
        work = open_work(tx, services, principal, other_id)
        row, event = goal_row(work, goal_id), step.change.event
        require_version(row.version, step.seen)
        if event is GoalEvent.CHANGE:
            raise ConflictError(facts.NOT_POSSIBLE())
        if event is GoalEvent.AGREE:
            _require_agreeable(work, row)
        _apply(work, row, event)
        row.because, row.to_post = step.change.because, step.change.to_post
        record_event(tx, "goal state changed", "goal", row.id, state=row.state.value)
        return one_goal(work, row)


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


def _differences(work: PairWork, row: GoalRow, parts: GoalParts) -> tuple[Difference, ...]:
    given = parts.model_dump(mode="json", exclude={"seen"}, exclude_none=True)
    return differing(one_goal(work, row).model_dump(mode="json"), given)


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
