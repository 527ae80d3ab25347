"""The programme office's view of goals and commitments: areas, states, and shared titles.

The counts of a cycle are read in a fixed number of queries, regardless of the number of pairs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session as Transaction

from api.coaching.agreements.pairs import visible_pairs
from api.coaching.agreements.rows import AgreementRow
from api.coaching.goals import facts
from api.coaching.goals.rows import CommitmentRow, GoalRow
from api.coaching.life.early_ends import reasons_of
from api.coaching.life.reading import lives_of
from api.cycles.service import CycleHeader, cycle_header
from api.participants.rows import PersonRow, Side
from api.services import Services
from api.values import FrozenModel
from coach.commitments import OPEN_STATES, CommitmentState, is_overdue
from coach.early_ends import EarlyEndReason
from coach.errors import NotFoundError
from coach.goals import Area, GoalState
from coach.pair_life import LifeStep


class GoalCount(FrozenModel):
    """The number of a cycle's goals in one area and state."""

    area: Area
    state: GoalState
    count: int


class CommitmentCount(FrozenModel):
    """The number of a cycle's commitments in one area and state."""

    area: Area
    state: CommitmentState
    count: int


class CoacheeCounts(FrozenModel):
    """A coachee, with the numbers of the coachee's goals and commitments."""

    person_id: str
    name: str
    goals: int
    commitments: int
    overdue: int


class CountsOfCycle(FrozenModel):
    """The numbers of goals and commitments in a cycle, and the counts for each coachee."""

    goals: tuple[GoalCount, ...]
    commitments: tuple[CommitmentCount, ...]
    overdue: int
    coachees: tuple[CoacheeCounts, ...]


class OfficeGoal(FrozenModel):
    """A goal, as shown to the programme office."""

    area: Area
    state: GoalState


class OfficeCommitment(FrozenModel):
    """A commitment, as shown to the programme office; `title` is empty unless it is shared."""

    area: Area
    state: CommitmentState
    overdue: bool
    title: str


class OfficeLife(FrozenModel):
    """The pair of a coachee and one coach, and the states that the pair has reached.

    `reason` is the reason why the pair ended early; `None` if it did not end early, or no reason is
    recorded.
    """

    coach: str
    steps: tuple[LifeStep, ...]
    reason: EarlyEndReason | None


class OfficeCoachee(FrozenModel):
    """A coachee's goals and commitments, as shown to the programme office."""

    name: str
    goals: tuple[OfficeGoal, ...]
    commitments: tuple[OfficeCommitment, ...]
    lives: tuple[OfficeLife, ...]


@dataclass(frozen=True, slots=True)
class OfficePage:
    """A cycle with its counts."""

    cycle: CycleHeader
    counts: CountsOfCycle


def read_counts(services: Services, cycle_id: str) -> OfficePage:
    """Return the counts of a cycle.

    Raises:
        NotFoundError: there is no such cycle.
    """
    with services.database.reading() as tx:
        cycle = cycle_header(tx, cycle_id)
        return OfficePage(cycle, counts_of_cycle(tx, cycle, now=services.now()))


def read_coachee(
    services: Services, cycle_id: str, person_id: str
) -> tuple[CycleHeader, OfficeCoachee]:
    """Return a coachee's goals, commitments and pairs, as shown to the programme office.

    Raises:
        NotFoundError: there is no such cycle, or no such coachee in it.
    """
    with services.database.reading() as tx:
        cycle, person = cycle_header(tx, cycle_id), tx.get(PersonRow, person_id)
        if person is None or person.cycle_id != cycle_id or person.side is not Side.COACHEE:
            raise NotFoundError(facts.NO_COACHEE())
        today = services.now().astimezone(ZoneInfo(cycle.timezone)).date()
        return cycle, OfficeCoachee(
            name=person.name,
            goals=_goals_of(tx, person_id),
            commitments=_commitments_of(tx, person_id, today),
            lives=_lives_of(tx, person_id, services.now()),
        )


def counts_of_cycle(tx: Transaction, cycle: CycleHeader, *, now: datetime) -> CountsOfCycle:
    """Return the counts of a cycle; see `read_counts`."""
    today = now.astimezone(ZoneInfo(cycle.timezone)).date()
    overdue = dict(tx.execute(_overdue_by_coachee(cycle.id, today)).all())
    goals = _by_coachee(tx, GoalRow, cycle.id)
    commitments = _by_coachee(tx, CommitmentRow, cycle.id)
    names = _names(tx, cycle.id)
    return CountsOfCycle(
        goals=tuple(
            GoalCount(area=row.area, state=row.state, count=row.number)
            for row in tx.execute(_by_area(GoalRow, cycle.id))
        ),
        commitments=tuple(
            CommitmentCount(area=row.area, state=row.state, count=row.number)
            for row in tx.execute(_by_area(CommitmentRow, cycle.id))
        ),
        overdue=sum(overdue.values()),
        coachees=tuple(
            CoacheeCounts(
                person_id=person,
                name=name,
                goals=goals[person],
                commitments=commitments[person],
                overdue=overdue.get(person, 0),
            )
            for person, name in names.items()
            if goals[person] or commitments[person]
        ),
    )


_Counted = type[GoalRow] | type[CommitmentRow]


def _by_area(row_type: _Counted, cycle_id: str) -> Select[Area, StrEnum, int]:
    return (
        select(row_type.area, row_type.state, func.count().label("number"))
        .join(AgreementRow, AgreementRow.id == row_type.agreement_id)
        .where(AgreementRow.cycle_id == cycle_id)
        .group_by(row_type.area, row_type.state)
        .order_by(row_type.area, row_type.state)
    )


def _by_coachee(tx: Transaction, row_type: _Counted, cycle_id: str) -> Counter[str]:
    query = (
        select(AgreementRow.coachee_id, func.count())
        .join(row_type, AgreementRow.id == row_type.agreement_id)
        .where(AgreementRow.cycle_id == cycle_id)
        .group_by(AgreementRow.coachee_id)
    )
    return Counter(dict(tx.execute(query).all()))


def _overdue_by_coachee(cycle_id: str, today: date) -> Select[str, int]:
    return (
        select(AgreementRow.coachee_id, func.count())
        .join(CommitmentRow, AgreementRow.id == CommitmentRow.agreement_id)
        .where(
            AgreementRow.cycle_id == cycle_id,
            CommitmentRow.state.in_(OPEN_STATES),
            CommitmentRow.due < today,
        )
        .group_by(AgreementRow.coachee_id)
    )


def _names(tx: Transaction, cycle_id: str) -> Mapping[str, str]:
    query = (
        select(PersonRow.id, PersonRow.name)
        .where(PersonRow.cycle_id == cycle_id, PersonRow.side == Side.COACHEE)
        .order_by(PersonRow.name, PersonRow.id)
    )
    return dict(tx.execute(query).all())


def _lives_of(tx: Transaction, person_id: str, now: datetime) -> tuple[OfficeLife, ...]:
    pairs = visible_pairs(tx, Side.COACHEE, person_id)
    lives, reasons = lives_of(tx, pairs, now=now), reasons_of(tx, person_id)
    return tuple(
        OfficeLife(
            coach=pair.coach.name,
            steps=lives[pair.coachee.id, pair.coach.id],
            reason=reasons.get(pair.coach.id),
        )
        for pair in pairs
    )


def _goals_of(tx: Transaction, person_id: str) -> tuple[OfficeGoal, ...]:
    query = (
        select(GoalRow.area, GoalRow.state)
        .join(AgreementRow, AgreementRow.id == GoalRow.agreement_id)
        .where(AgreementRow.coachee_id == person_id)
        .order_by(GoalRow.created_at, GoalRow.id)
    )
    return tuple(OfficeGoal(area=row.area, state=row.state) for row in tx.execute(query))


def _commitments_of(tx: Transaction, person_id: str, today: date) -> tuple[OfficeCommitment, ...]:
    query = (
        select(CommitmentRow)
        .join(AgreementRow, AgreementRow.id == CommitmentRow.agreement_id)
        .where(AgreementRow.coachee_id == person_id)
        .order_by(CommitmentRow.due, CommitmentRow.id)
    )
    return tuple(
        OfficeCommitment(
            area=row.area,
            state=row.state,
            overdue=is_overdue(row.state, row.due, today),
            title=row.title if row.title_shared else "",
        )
        for row in tx.scalars(query)
    )
