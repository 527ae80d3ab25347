"""Use cases for the commitments of a coachee.

Either person in a pair can propose a commitment. Only the coachee can commit to it, or decide
whether the programme office sees its title. A commitment cannot be marked as done without evidence.
"""

from __future__ import annotations

from api.audit_trail.log import record_event
from api.coaching.goals import facts
from api.coaching.goals.commitment_views import (
    BEFORE_COMPLETION,
    WITH_EVIDENCE,
    CommitmentView,
    commitment_rows,
    commitment_view,
)
from api.coaching.goals.pair_work import (
    PairWork,
    open_work,
    recording_work,
    require_version,
    seen_work,
)
from api.coaching.goals.rows import CommitmentRow
from api.http.principal import Principal
from api.participants.person_summary import PersonSummary, person_summary
from api.participants.rows import Side
from api.services import Services
from api.values import FrozenModel
from coach.commitments import (
    COMMITMENT_TRANSITIONS,
    MAX_COMMITMENTS,
    MAX_EVIDENCE,
    Commitment,
    CommitmentChange,
    CommitmentEvent,
    CommitmentState,
    Evidence,
)
from coach.errors import (
    ConflictError,
    Difference,
    NotAllowedError,
    NotFoundError,
    differing,
)
from coach.transitions import next_state


class CommitmentsOfPair(FrozenModel):
    """The commitments of a pair; `can_add` is true if the reader can add another commitment."""

    other: PersonSummary
    my_side: Side
    timezone: str
    can_add: bool
    is_former: bool
    commitments: tuple[CommitmentView, ...]

    def commitment(self, commitment_id: str) -> CommitmentView:
        """Return one of the commitments.

        Raises:
            NotFoundError: there is no such commitment.
        """
        for one in self.commitments:
            if one.id == commitment_id:
                return one
        raise NotFoundError(facts.NO_COMMITMENT())


class CommitmentInput(FrozenModel):
    """The new content of a commitment; `seen` is the version that the person has seen."""

    seen: int
    commitment: Commitment


class CommitmentStep(FrozenModel):
    """A change to a commitment's state; `seen` is the version that the person has seen."""

    seen: int
    change: CommitmentChange


class SharingInput(FrozenModel):
    """A decision on whether the programme office sees the title of a commitment."""

    title_shared: bool


def read_commitments(services: Services, principal: Principal, other_id: str) -> CommitmentsOfPair:
    """Return the commitments of the pair formed by the principal and another person.

    Raises:
        NotFoundError: the two are not a pair, or the principal may not see the pair.
    """
    with services.database.reading() as tx:
        work = seen_work(tx, services, principal, other_id)
        rows = commitment_rows(work)
        return CommitmentsOfPair(
            other=person_summary(work.pair.other(work.side), to_other_side=True),
            my_side=work.side,
            timezone=work.pair.own(work.side).timezone,
            can_add=work.is_open and len(rows) < MAX_COMMITMENTS,
            is_former=work.pair.ended is not None,
            commitments=tuple(commitment_view(work, row) for row in rows),
        )


def add_commitment(
    services: Services, principal: Principal, other_id: str, given: Commitment
) -> CommitmentView:
    """Propose a commitment.

    Raises:
        NotFoundError: as for `read_commitments`.
        ConflictError: the pair has ended, has no agreement in force, or has too many commitments.
    """
    with services.database.writing() as tx:
        work = open_work(tx, services, principal, other_id)
        if len(commitment_rows(work)) >= MAX_COMMITMENTS:
            raise ConflictError(facts.TOO_MANY_COMMITMENTS(limit=MAX_COMMITMENTS))
        row = CommitmentRow(
            agreement_id=work.agreement_id,
            state=CommitmentState.PROPOSED,
            title_shared=False,
            evidence=[],
            version=1,
            created_at=work.now,
            changed_at=work.now,
            **dict(given),
        )
        tx.add(row)
        tx.flush()
        record_event(tx, "commitment added", "commitment", row.id)
        return commitment_view(work, row)


def change_commitment(
    services: Services,
    principal: Principal,
    other_id: str,
    commitment_id: str,
    given: CommitmentInput,
) -> CommitmentView:
    """Change a commitment; the coachee then has to commit to the changed version.

    A changed title is no longer shared.

    Raises:
        NotFoundError: as for `read_commitments`, or there is no such commitment.
        ChangedSinceError: the commitment has been changed since it was displayed.
        ConflictError: the pair has ended or has no agreement in force, or the commitment can no
            longer be changed.
    """
    with services.database.writing() as tx:
        work = open_work(tx, services, principal, other_id)
        row = commitment_row(work, commitment_id)
        require_version(row.version, given.seen, lambda: _differences(work, row, given.commitment))
        _apply(work, row, CommitmentEvent.CHANGE)
        row.title_shared = row.title_shared and row.title == given.commitment.title
        for field, value in given.commitment:
            setattr(row, field, value)
        record_event(tx, "commitment changed", "commitment", row.id, version=row.version)
        return commitment_view(work, row)


def step_commitment(
    services: Services,
    principal: Principal,
    other_id: str,
    commitment_id: str,
    step: CommitmentStep,
) -> CommitmentView:
    """Commit to, start, finish, reopen, drop, hand over or carry over a commitment.

    Raises:
        NotFoundError: as for `read_commitments`, or there is no such commitment.
        NotAllowedError: the principal is the coach, who cannot commit for the coachee.
        ChangedSinceError: the commitment has been changed since it was displayed.
        ConflictError: the pair has ended without being completed, or has no agreement in force; the
            event is not possible now; or there is no evidence that the commitment is done.
    """
    with services.database.writing() as tx:
        work = recording_work(tx, services, principal, other_id)
        row = commitment_row(work, commitment_id)
        require_version(row.version, step.seen)
        apply_change(work, row, step.change)
        return commitment_view(work, row)


def apply_change(work: PairWork, row: CommitmentRow, change: CommitmentChange) -> None:
    """Change the state of a commitment; see `step_commitment`."""
    event = change.event
    if event is CommitmentEvent.COMMIT and work.side is not Side.COACHEE:
        raise NotAllowedError(facts.COACHEE_COMMITS())
    if event is CommitmentEvent.CHANGE or (event in BEFORE_COMPLETION and not work.is_open):
        raise ConflictError(facts.NOT_POSSIBLE())
    if event is CommitmentEvent.FINISH and not row.evidence:
        raise ConflictError(facts.EVIDENCE_NEEDED())
    _apply(work, row, event)
    row.because, row.to_post = change.because, change.to_post
    state = row.state.value
    record_event(work.tx, "commitment state changed", "commitment", row.id, state=state)


def add_evidence(
    services: Services, principal: Principal, other_id: str, commitment_id: str, given: Evidence
) -> CommitmentView:
    """Add a reference to a document that shows that a commitment is done.

    Raises:
        NotFoundError: as for `read_commitments`, or there is no such commitment.
        ConflictError: the pair has ended without being completed, or has no agreement in force; the
            commitment is neither under way nor done; there is too much evidence; or the document
            has a future date.
    """
    with services.database.writing() as tx:
        work = recording_work(tx, services, principal, other_id)
        row = commitment_row(work, commitment_id)
        store_evidence(work, row, given)
        return commitment_view(work, row)


def store_evidence(work: PairWork, row: CommitmentRow, given: Evidence) -> None:
    """Add evidence to a commitment; see `add_evidence`."""
    if row.state not in WITH_EVIDENCE:
        raise ConflictError(facts.NOT_POSSIBLE())
    if given.day > work.today:
        raise ConflictError(facts.EVIDENCE_IN_FUTURE())
    if len(row.evidence) >= MAX_EVIDENCE:
        raise ConflictError(facts.TOO_MUCH_EVIDENCE(limit=MAX_EVIDENCE))
    row.evidence = [*row.evidence, given.model_dump(mode="json")]
    row.version, row.changed_at = row.version + 1, work.now
    record_event(work.tx, "evidence added", "commitment", row.id, kind=given.kind.value)


def share_title(
    services: Services, principal: Principal, other_id: str, commitment_id: str, given: SharingInput
) -> CommitmentView:
    """Set whether the programme office sees the title of a commitment.

    Raises:
        NotFoundError: as for `read_commitments`, or there is no such commitment.
        NotAllowedError: the principal is not the coachee.
        ConflictError: the pair has ended without being completed, or has no agreement in force.
    """
    with services.database.writing() as tx:
        work = recording_work(tx, services, principal, other_id)
        row = commitment_row(work, commitment_id)
        if work.side is not Side.COACHEE:
            raise NotAllowedError(facts.COACHEE_COMMITS())
        if row.title_shared != given.title_shared:
            row.title_shared = given.title_shared
            row.version, row.changed_at = row.version + 1, work.now
            action = "commitment title shared" if given.title_shared else "commitment title hidden"
            record_event(tx, action, "commitment", row.id)
        return commitment_view(work, row)


def commitment_row(work: PairWork, commitment_id: str) -> CommitmentRow:
    """Return one of a pair's commitments.

    Raises:
        NotFoundError: there is no such commitment.
    """
    row = work.tx.get(CommitmentRow, commitment_id)
    if row is None or row.agreement_id != work.agreement_id:
        raise NotFoundError(facts.NO_COMMITMENT())
    return row


def _differences(work: PairWork, row: CommitmentRow, given: Commitment) -> tuple[Difference, ...]:
    stored = commitment_view(work, row).commitment
    return differing(stored.model_dump(mode="json"), given.model_dump(mode="json"))


def _apply(work: PairWork, row: CommitmentRow, event: CommitmentEvent) -> None:
    after = next_state(COMMITMENT_TRANSITIONS, row.state, event)
    if after is None:
        raise ConflictError(facts.NOT_POSSIBLE())
    row.state, row.version, row.changed_at = after, row.version + 1, work.now
