"""Records the outcome of a commitment: evidence, its new state, and the post to ask about it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator
from sqlalchemy import select

from api.audit_trail.log import record_event
from api.coaching.agreements.rows import FollowUpRow
from api.coaching.follow_up import facts
from api.coaching.follow_up.own import FollowUpWork
from api.coaching.follow_up.rows import PostQuestionRow
from api.coaching.goals.commitments import apply_change, commitment_row, store_evidence
from api.coaching.goals.pair_work import require_version
from api.coaching.goals.rows import CommitmentRow
from api.values import FrozenModel
from coach.commitments import CommitmentChange, CommitmentEvent, CommitmentState, Evidence
from coach.errors import ConflictError, InvalidValueError
from coach.follow_up import GRACE, post_due
from coach.intake import cells


def _validate_address(text: str) -> str:
    if not text.strip():
        return ""
    try:
        return cells.email(text.strip())
    except cells.CellError as error:
        raise InvalidValueError(error.messages[0]) from None


class CommitmentOutcome(FrozenModel):
    """The outcome of a commitment; `seen` is the version of the commitment that it is based on.

    Attributes:
        change: the new state of the commitment; `None` if only evidence is added.
        evidence: the evidence to add, if any.
        ask_post: whether the post that has taken over the commitment may be asked about it.
        post_address: the email address of this post.
    """

    seen: int
    change: CommitmentChange | None = None
    evidence: Evidence | None = None
    ask_post: bool = False
    post_address: Annotated[str, Field(max_length=400), AfterValidator(_validate_address)] = ""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.change is None and self.evidence is None:
            raise InvalidValueError(facts.NOTHING_CHOSEN())
        if self.ask_post and not self.post_address:
            raise InvalidValueError(facts.POST_WITHOUT_ADDRESS())
        if self.post_address and not self.ask_post:
            raise InvalidValueError(facts.ADDRESS_WITHOUT_CONSENT())
        return self


def store_outcome(found: FollowUpWork, commitment_id: str, outcome: CommitmentOutcome) -> None:
    """Store the outcome of a commitment.

    Raises:
        NotFoundError: there is no such commitment of this pair.
        ConflictError: the commitment has been changed since it was displayed, the change is not
            possible now, or the post cannot be asked.
    """
    work = found.work
    row = commitment_row(work, commitment_id)
    require_version(row.version, outcome.seen)
    event = None if outcome.change is None else outcome.change.event
    shows = outcome.evidence is not None or event is CommitmentEvent.FINISH
    if shows and row.state is CommitmentState.COMMITTED:
        apply_change(work, row, CommitmentChange(event=CommitmentEvent.START))
    if outcome.evidence is not None:
        store_evidence(work, row, outcome.evidence)
    if outcome.change is not None and not _is_started_already(row, outcome.change):
        apply_change(work, row, outcome.change)
    if outcome.ask_post:
        _ask_post(found, row, outcome.post_address)


def _is_started_already(row: CommitmentRow, change: CommitmentChange) -> bool:
    """Return whether adding the evidence has already started the commitment."""
    return change.event is CommitmentEvent.START and row.state is CommitmentState.UNDER_WAY


def _ask_post(found: FollowUpWork, row: CommitmentRow, address: str) -> None:
    """Schedule a question to the post that has taken over a commitment."""
    work, tx = found.work, found.work.tx
    if row.state is not CommitmentState.HANDED_OVER:
        raise ConflictError(facts.NOT_HANDED_OVER())
    if address.casefold() == work.pair.coachee.email.casefold():
        raise ConflictError(facts.NOT_A_POST())
    due = post_due(found.today, _dues(found))
    question = PostQuestionRow(
        cycle_id=work.pair.cycle_id,
        person_id=work.person_id,
        commitment_id=row.id,
        post=row.to_post,
        address=address,
        evidence=[],
        due=due,
        until=due + GRACE,
    )
    tx.add(question)
    tx.flush()
    record_event(tx, "post may be asked", "commitment", row.id)


def _dues(found: FollowUpWork) -> list[date]:
    query = select(FollowUpRow.due).where(
        FollowUpRow.agreement_id == found.row.agreement_id, FollowUpRow.side == found.row.side
    )
    return list(found.work.tx.scalars(query))
