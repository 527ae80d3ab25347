"""Proposals as shown to participants and the office, and the rules for who may decide on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import AwareDatetime
from pydantic.json_schema import SkipJsonSchema
from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.accounts.rows import CredentialRow
from api.cycles.service import cycle_row, policy_of
from api.http.principal import Principal
from api.participants.rows import PersonRow, Side
from api.rescheduling import facts
from api.rescheduling.pair_calendars import pair_calendar
from api.rescheduling.rows import ProposalRow, ProposalSource, ProposalState
from api.rescheduling.slots import NewTime, in_minutes
from api.services import Services
from api.sessions.rows import SessionRow, SessionState
from api.sessions.schedule import own_session
from api.values import FrozenModel
from coach.errors import NotFoundError
from coach.texts.facts import Displayed, Fact, with_labels
from coach.texts.renderer import Renderer
from matching.rescheduling.start_problems import StartProblem, start_problems


class Proposal(FrozenModel):
    """A proposal to have a session at another time.

    Attributes:
        by: the participant who made the proposal.
        aide: the name of the aide who made the proposal on the coachee's behalf; empty for other
            readers.
        time: the proposed time.
        needs_office: whether the programme office decides, because the cut-off has passed or the
            time is outside the rules. Otherwise, the other participant can confirm it.
        comment: the participant's words; empty for the other participant.
        problems: why the time is outside the rules or no longer free; empty for participants.
    """

    id: str
    session_id: str
    by: Side
    aide: str
    time: NewTime
    state: ProposalState
    source: ProposalSource
    created_at: AwareDatetime
    decided_at: AwareDatetime | None
    needs_office: bool
    comment: str
    problems: tuple[str | SkipJsonSchema[Fact], ...]

    @property
    def is_open(self) -> bool:
        """Whether the proposal is awaiting a decision."""
        return self.state is ProposalState.PROPOSED

    def rendered(self, texts: Renderer) -> Proposal:
        """Return a copy with text in the language of `texts` instead of facts."""
        return self.model_copy(update={"problems": tuple(map(texts.text, self.problems))})


def read_proposals(
    services: Services, principal: Principal, session_id: str
) -> tuple[Proposal, ...]:
    """Return the proposals about a session, newest first.

    Raises:
        NotFoundError: there is no such session, or `principal` may not see it.
    """
    with services.database.reading() as tx:
        session = own_session(tx, principal, session_id)
        return proposals_of(tx, session, reader=principal.person_id, now=services.now())


def proposals_of(
    tx: Transaction, session: SessionRow, *, reader: str | None, now: datetime
) -> tuple[Proposal, ...]:
    """Return the proposals about a session, newest first. A `reader` of `None` means the office."""
    rows = tx.scalars(
        select(ProposalRow)
        .where(ProposalRow.session_id == session.id)
        .order_by(ProposalRow.created_at.desc(), ProposalRow.id)
    )
    return tuple(show_proposal(tx, row, session, reader=reader, now=now) for row in rows)


def show_proposal(
    tx: Transaction, row: ProposalRow, session: SessionRow, *, reader: str | None, now: datetime
) -> Proposal:
    """Return a proposal as shown to a participant, or to the office if `reader` is `None`."""
    state = current_state(row, session, now=now)
    problems = (
        proposal_problems(tx, row, session, now=now) if state is ProposalState.PROPOSED else ()
    )
    return Proposal(
        id=row.id,
        session_id=row.session_id,
        by=Side.COACHEE if row.person_id == session.coachee_id else Side.COACH,
        aide=_aide_of(tx, row) if reader == row.person_id else "",
        time=proposed_time(row),
        state=state,
        source=row.source,
        created_at=row.created_at,
        decided_at=row.decided_at,
        needs_office=bool(problems) or is_after_cutoff(tx, row, session, now=now),
        comment=row.comment if reader in {None, row.person_id} else "",
        problems=labelled_problems(tx, session, problems) if reader is None else (),
    )


def _aide_of(tx: Transaction, row: ProposalRow) -> str:
    link = None if row.aide_id is None else tx.get(CredentialRow, row.aide_id)
    return "" if link is None else link.label


def current_state(row: ProposalRow, session: SessionRow, *, now: datetime) -> ProposalState:
    """Return the state of a proposal.

    An open proposal expires when its session changes or starts, or once the proposed time has come.
    """
    if row.state is not ProposalState.PROPOSED:
        return row.state
    is_current = session.state is SessionState.CONFIRMED and session.sequence == row.sequence
    if is_current and min(session.starts_at, row.starts_at) > now:
        return ProposalState.PROPOSED
    return ProposalState.EXPIRED


def proposed_time(row: ProposalRow) -> NewTime:
    """Return the new time that a proposal requests."""
    return NewTime.model_validate({"start": row.starts_at, "moves": row.moves})


def proposal_problems(
    tx: Transaction, row: ProposalRow, session: SessionRow, *, now: datetime
) -> tuple[StartProblem, ...]:
    """Return the reasons why a proposed time is currently impossible or outside the rules."""
    starts = in_minutes(proposed_time(row).by_number(session.number))
    return start_problems(pair_calendar(tx, session, not_before=now), starts)


def is_after_cutoff(
    tx: Transaction, row: ProposalRow, session: SessionRow, *, now: datetime
) -> bool:
    """Return whether it is too late for the participants to move a session themselves."""
    hours = cutoff_hours(tx, session)
    return min(session.starts_at, row.starts_at) - timedelta(hours=hours) < now


def cutoff_hours(tx: Transaction, session: SessionRow) -> int:
    """Return the cut-off for moves by a session's participants, in hours before the session."""
    return policy_of(cycle_row(tx, session.cycle_id)).sessions.reschedule_cutoff_hours


def find_proposal(tx: Transaction, session: SessionRow, proposal_id: str) -> ProposalRow:
    """Return the row of a proposal about a session.

    Raises:
        NotFoundError: there is no such proposal about this session.
    """
    row = tx.get(ProposalRow, proposal_id)
    if row is None or row.session_id != session.id:
        raise NotFoundError(facts.PROPOSAL_NOT_FOUND(id=proposal_id))
    return row


def labelled_problems(
    tx: Transaction, session: SessionRow, problems: Sequence[StartProblem]
) -> tuple[Displayed, ...]:
    """Return the reasons for problems, with the pair's names in place of their ids."""
    pair = [tx.get_one(PersonRow, one) for one in (session.coachee_id, session.coach_id)]
    names = {row.code: row.name for row in pair}
    return tuple(with_labels(one.reason, names) for one in problems)
