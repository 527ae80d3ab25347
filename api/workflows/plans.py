"""Plans: reading one with its reasons, and publishing it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session as Transaction

from api.confidential.keyring import Keyring
from api.store.columns import new_id
from api.store.cycle_rows import Side
from api.store.run_rows import PlanRow, PlanState, RunRow, RunState
from api.store.session_rows import OutboxRow, SessionRow, SessionState
from api.workflows.audit import note_act
from api.workflows.credentials import ensure_links
from api.workflows.cycles import cycle_row
from api.workflows.people import ids_by_code
from api.workflows.runs import RunInput
from api.workflows.values import View
from coach.cycle import Cycle
from coach.errors import ConflictError, NotFoundError
from coach.invitations import Invitation, Message, Method, Status, Told, invitations, messages
from coach.people import Roster
from matching.result import Match, Result


class PlanSummary(View):
    """One line about a plan."""

    id: str
    cycle_id: str
    run_id: str
    state: PlanState
    status: str
    placed: int
    unplaced: int
    created_at: datetime
    published_at: datetime | None


class PlanView(View):
    """A plan whole: the engine's result, and the people and policy it was made from."""

    summary: PlanSummary
    result: Result
    roster: Roster
    cycle: Cycle


class Publication(View):
    """What publishing did: the messages now in the outbox, one for each person and session."""

    plan: PlanSummary
    requests: int
    cancels: int
    unchanged_sessions: int


def list_plans(tx: Transaction, cycle_id: str) -> tuple[PlanSummary, ...]:
    """The plans of a cycle, the youngest first.

    Raises:
        NotFoundError: there is no such cycle.
    """
    cycle_row(tx, cycle_id)
    rows = tx.scalars(
        select(PlanRow)
        .where(PlanRow.cycle_id == cycle_id)
        .order_by(PlanRow.created_at.desc(), PlanRow.id)
    )
    return tuple(_summary(row) for row in rows)


def plan_view(tx: Transaction, plan_id: str) -> PlanView:
    """A plan with its verdicts, as the engine returned them.

    Raises:
        NotFoundError: there is no such plan.
    """
    found = tx.execute(
        select(PlanRow, PlanRow.result, RunRow.input)
        .join(RunRow, RunRow.id == PlanRow.run_id)
        .where(PlanRow.id == plan_id)
    ).one_or_none()
    if found is None:
        raise NotFoundError(f"there is no plan {plan_id}")
    row, result, work = found
    frozen = RunInput.model_validate_json(work)
    return PlanView(
        summary=_summary(row),
        result=Result.model_validate_json(result),
        roster=frozen.roster,
        cycle=frozen.cycle,
    )


def store_plan(tx: Transaction, run: RunRow, result: Result, *, now: datetime) -> PlanRow:
    """Keep the result of a run as a draft, and end the run with it."""
    row = PlanRow(
        cycle_id=run.cycle_id,
        run_id=run.id,
        state=PlanState.DRAFT,
        status=result.status,
        placed=len(result.matches),
        unplaced=len(result.unmatched),
        result=result.model_dump_json(),
        created_at=now,
    )
    tx.add(row)
    run.state, run.finished_at = RunState.FINISHED, now
    tx.flush()
    return row


def publish(
    tx: Transaction, keyring: Keyring, plan_id: str, *, now: datetime, link_grace: timedelta
) -> Publication:
    """Make a draft the plan of its cycle, and put what changes for each person into the outbox.

    The messages are the difference from what people were told last, cancelled sessions included.
    Everybody in it gets a secret link who has none, working until `link_grace` after the cycle.

    Raises:
        NotFoundError: there is no such plan.
        ConflictError: the plan is no draft.
    """
    plan = tx.get(PlanRow, plan_id)
    if plan is None:
        raise NotFoundError(f"there is no plan {plan_id}")
    if plan.state is not PlanState.DRAFT:
        raise ConflictError(f"the plan is {plan.state}, not a draft; start a new run instead")
    tx.execute(
        update(PlanRow)
        .where(PlanRow.cycle_id == plan.cycle_id, PlanRow.state == PlanState.PUBLISHED)
        .values(state=PlanState.SUPERSEDED)
    )
    plan.state, plan.published_at = PlanState.PUBLISHED, now
    sent = _tell(tx, plan, Result.model_validate_json(plan.result), now)
    tx.flush()
    ensure_links(tx, keyring, _invited(tx, plan.cycle_id), now=now, grace=link_grace)
    requests = sum(message.method is Method.REQUEST for message in sent.values())
    cancels = len(sent) - requests
    note_act(tx, "plan published", "plan", plan.id, requests=2 * requests, cancels=2 * cancels)
    return Publication(
        plan=_summary(plan),
        requests=2 * requests,
        cancels=2 * cancels,
        unchanged_sessions=_confirmed_count(tx, plan.cycle_id) - requests,
    )


def _tell(tx: Transaction, plan: PlanRow, result: Result, now: datetime) -> dict[str, Message]:
    """Bring the session rows to `result`, and write both people's messages; by uid."""
    known = {
        row.uid: row
        for row in tx.scalars(select(SessionRow).where(SessionRow.cycle_id == plan.cycle_id))
    }
    match_of = {session.uid: match for match in result.matches for session in match.sessions}
    after: dict[str, Invitation] = {}
    for match in result.matches:
        after |= invitations(match.sessions)
    sent = {
        message.invitation.uid: message
        for message in messages(
            {uid: _told(row) for uid, row in known.items()},
            {uid: _in_utc(invitation) for uid, invitation in after.items()},
            now,
        )
    }
    people = ids_by_code(tx, plan.cycle_id)
    outgoing: list[OutboxRow] = []
    for uid, message in sent.items():
        row = known.get(uid) or _new_session(plan.cycle_id, uid, match_of[uid], people)
        _apply(row, message, now)
        tx.add(row)
        outgoing += _both_messages(plan, row, message, now)
    tx.flush()
    tx.add_all(outgoing)
    return sent


def _told(row: SessionRow) -> Told:
    return Told(
        invitation=Invitation(
            uid=row.uid,
            number=row.number,
            count=row.count,
            start=row.starts_at,
            end=row.ends_at,
        ),
        sequence=row.sequence,
        status=Status.CONFIRMED if row.state is SessionState.CONFIRMED else Status.CANCELLED,
    )


def _in_utc(invitation: Invitation) -> Invitation:
    return invitation.model_copy(
        update={"start": invitation.start.astimezone(UTC), "end": invitation.end.astimezone(UTC)}
    )


def _new_session(
    cycle_id: str, uid: str, match: Match, people: Mapping[tuple[Side, str], str]
) -> SessionRow:
    return SessionRow(
        id=new_id(),
        cycle_id=cycle_id,
        uid=uid,
        coachee_id=people[Side.COACHEE, match.coachee],
        coach_id=people[Side.COACH, match.coach],
        asked_sequence=0,
    )


def _apply(row: SessionRow, message: Message, now: datetime) -> None:
    told = message.invitation
    row.number, row.count, row.starts_at, row.ends_at = (
        told.number,
        told.count,
        told.start,
        told.end,
    )
    row.sequence, row.changed_at = message.sequence, now
    row.state = (
        SessionState.CONFIRMED if message.method is Method.REQUEST else SessionState.CANCELLED
    )
    if message.asks_again:
        row.asked_sequence = message.sequence


def _both_messages(
    plan: PlanRow, row: SessionRow, message: Message, now: datetime
) -> tuple[OutboxRow, OutboxRow]:
    def to(side: Side, person_id: str) -> OutboxRow:
        return OutboxRow(
            cycle_id=plan.cycle_id,
            plan_id=plan.id,
            session_id=row.id,
            person_id=person_id,
            side=side,
            method=message.method.value,
            message=message.model_dump(mode="json"),
            created_at=now,
        )

    return to(Side.COACHEE, row.coachee_id), to(Side.COACH, row.coach_id)


def _invited(tx: Transaction, cycle_id: str) -> set[str]:
    """Everybody with a confirmed session in a cycle."""
    rows = tx.execute(
        select(SessionRow.coachee_id, SessionRow.coach_id).where(
            SessionRow.cycle_id == cycle_id, SessionRow.state == SessionState.CONFIRMED
        )
    )
    return {person for row in rows for person in row}


def _confirmed_count(tx: Transaction, cycle_id: str) -> int:
    return (
        tx.scalar(
            select(func.count()).where(
                SessionRow.cycle_id == cycle_id, SessionRow.state == SessionState.CONFIRMED
            )
        )
        or 0
    )


def _summary(row: PlanRow) -> PlanSummary:
    return PlanSummary(
        id=row.id,
        cycle_id=row.cycle_id,
        run_id=row.run_id,
        state=row.state,
        status=row.status,
        placed=row.placed,
        unplaced=row.unplaced,
        created_at=row.created_at,
        published_at=row.published_at,
    )
