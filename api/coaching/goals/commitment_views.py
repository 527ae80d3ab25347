"""Commitments as shown to the two people in a pair."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from api.coaching.goals.pair_work import PairWork
from api.coaching.goals.rows import CommitmentRow
from api.participants.rows import Side
from api.values import FrozenModel
from coach.commitments import (
    COMMITMENT_TRANSITIONS,
    Commitment,
    CommitmentEvent,
    CommitmentState,
    Evidence,
    is_overdue,
)
from coach.goals import DropReason
from coach.transitions import possible_events

WITH_EVIDENCE = frozenset({CommitmentState.UNDER_WAY, CommitmentState.DONE})
"""The states in which evidence can be added."""

BEFORE_COMPLETION = frozenset({CommitmentEvent.CHANGE, CommitmentEvent.COMMIT})
"""The events that are no longer possible once the pair has been completed."""


class CommitmentView(FrozenModel):
    """A commitment; `version` is sent back as `seen` with every change.

    `events` contains the events that the reader can trigger now.
    """

    id: str
    state: CommitmentState
    version: int
    commitment: Commitment
    title_shared: bool
    evidence: tuple[Evidence, ...]
    overdue: bool
    because: DropReason | None
    to_post: str
    can_add_evidence: bool
    events: tuple[CommitmentEvent, ...]


def commitment_rows(work: PairWork) -> Sequence[CommitmentRow]:
    """Return a pair's commitments, sorted by due date, excluding erased ones."""
    return work.tx.scalars(
        select(CommitmentRow)
        .where(CommitmentRow.agreement_id == work.agreement_id, CommitmentRow.title != "")
        .order_by(CommitmentRow.due, CommitmentRow.created_at, CommitmentRow.id)
    ).all()


def commitment_view(work: PairWork, row: CommitmentRow) -> CommitmentView:
    """Return a commitment as shown to one of the two people in the pair."""
    return CommitmentView(
        id=row.id,
        state=row.state,
        version=row.version,
        commitment=Commitment(**{name: getattr(row, name) for name in Commitment.model_fields}),
        title_shared=row.title_shared,
        evidence=tuple(map(Evidence.model_validate, row.evidence)),
        overdue=is_overdue(row.state, row.due, work.today),
        because=row.because,
        to_post=row.to_post,
        can_add_evidence=work.can_record and row.state in WITH_EVIDENCE,
        events=tuple(_events(work, row)) if work.can_record else (),
    )


def _events(work: PairWork, row: CommitmentRow) -> Iterable[CommitmentEvent]:
    for event in possible_events(COMMITMENT_TRANSITIONS, row.state):
        if event is CommitmentEvent.COMMIT and work.side is not Side.COACHEE:
            continue
        if event in BEFORE_COMPLETION and not work.is_open:
            continue
        if event is CommitmentEvent.FINISH and not row.evidence:
            continue
        yield event
