"""Use cases for posts that have taken over a commitment and open the link in their email."""

from __future__ import annotations

from datetime import date
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, model_validator
from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.coaching.follow_up import facts
from api.coaching.follow_up.rows import PostQuestionRow
from api.coaching.goals import facts as goal_facts
from api.coaching.goals.rows import CommitmentRow
from api.cycles.service import cycle_header
from api.http.principal import AccessRole, Principal
from api.services import Services
from api.values import FrozenModel
from coach.commitments import MAX_EVIDENCE, Evidence
from coach.errors import ConflictError, InvalidValueError, NotFoundError
from coach.follow_up import PostOutcome
from coach.goals import Area


class PostView(FrozenModel):
    """A commitment that a post has taken over, without the name of the coachee who made it.

    `version` is sent back as `seen` with the answer.
    """

    title: str
    area: Area
    due: date
    post: str
    until: date
    outcome: PostOutcome | None
    evidence: tuple[Evidence, ...]
    answered_at: AwareDatetime | None
    timezone: str
    version: int


class PostAnswer(FrozenModel):
    """A post's answer about the outcome of a commitment; `done` requires evidence."""

    seen: int
    outcome: PostOutcome
    evidence: Evidence | None = None

    @model_validator(mode="after")
    def _check_evidence(self) -> Self:
        if self.outcome is PostOutcome.DONE and self.evidence is None:
            raise InvalidValueError(goal_facts.EVIDENCE_NEEDED())
        return self


def read_post(services: Services, principal: Principal) -> PostView:
    """Return the commitment that the requesting post has taken over.

    Raises:
        NotFoundError: there is no such commitment.
    """
    with services.database.reading() as tx:
        return _view(tx, *_question(tx, principal))


def answer_as_post(services: Services, principal: Principal, answer: PostAnswer) -> PostView:
    """Store the requesting post's answer about the outcome of the commitment.

    Raises:
        NotFoundError: there is no such commitment.
        ConflictError: the question has been answered since it was displayed, or the evidence cannot
            be added.
    """
    now = services.now()
    with services.database.writing() as tx:
        question, commitment = _question(tx, principal)
        if question.version != answer.seen:
            raise ConflictError(facts.CHANGED_MEANWHILE())
        if answer.evidence is not None:
            zone = ZoneInfo(cycle_header(tx, question.cycle_id).timezone)
            if answer.evidence.day > now.astimezone(zone).date():
                raise ConflictError(goal_facts.EVIDENCE_IN_FUTURE())
            if len(question.evidence) >= MAX_EVIDENCE:
                raise ConflictError(goal_facts.TOO_MUCH_EVIDENCE(limit=MAX_EVIDENCE))
            question.evidence = [*question.evidence, answer.evidence.model_dump(mode="json")]
        question.outcome, question.answered_at = answer.outcome, now
        question.version += 1
        state = answer.outcome.value
        record_event(tx, "post answered", "commitment", question.commitment_id, state=state)
        return _view(tx, question, commitment)


def _question(tx: Transaction, principal: Principal) -> tuple[PostQuestionRow, CommitmentRow]:
    found = tx.execute(
        select(PostQuestionRow, CommitmentRow)
        .join(CommitmentRow, CommitmentRow.id == PostQuestionRow.commitment_id)
        .where(PostQuestionRow.credential_id == principal.credential_id)
    ).one_or_none()
    if found is None or principal.role is not AccessRole.POST or not found[1].title:
        raise NotFoundError(facts.NO_POST_QUESTION())
    return found[0], found[1]


def _view(tx: Transaction, question: PostQuestionRow, commitment: CommitmentRow) -> PostView:
    return PostView(
        title=commitment.title,
        area=commitment.area,
        due=commitment.due,
        post=question.post,
        until=question.until,
        outcome=question.outcome,
        evidence=tuple(map(Evidence.model_validate, question.evidence)),
        answered_at=question.answered_at,
        timezone=cycle_header(tx, question.cycle_id).timezone,
        version=question.version,
    )
