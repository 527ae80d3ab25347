"""Announcing a plan: what changes for each person, as messages in the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.database.types import new_id
from api.invitations.rows import OutboxRow
from api.participants.rows import Side
from api.participants.service import ids_by_code
from api.runs.rows import PlanRow
from api.sessions.rows import SessionRow, SessionState
from coach.errors import ConflictError
from coach.invitations import (
    Invitation,
    Message,
    Method,
    SentInvitation,
    Status,
    diff_invitations,
    invitations_by_uid,
)
from matching.result import Match, Result


def publish_sessions(
    tx: Transaction, plan: PlanRow, result: Result, *, now: datetime
) -> dict[str, Message]:
    """Bring the sessions of a cycle to `result`, and write both people's messages; by uid.

    A session that has begun stays as it is, whatever the result says of it.

    Raises:
        ConflictError: the result takes the place of another, and would have people come to
            sessions in the past.
    """
    known = {
        row.uid: row
        for row in tx.scalars(select(SessionRow).where(SessionRow.cycle_id == plan.cycle_id))
    }
    match_of = {session.uid: match for match in result.matches for session in match.sessions}
    started = {uid for uid, row in known.items() if _has_started(row, now)}
    after: dict[str, Invitation] = {}
    for match in result.matches:
        after |= invitations_by_uid(match.sessions)
    after = {uid: _in_utc(one) for uid, one in after.items() if uid not in started}
    if known:
        _refuse_past_sessions(after, now)
    sent = {
        message.invitation.uid: message
        for message in diff_invitations(
            {uid: _last_sent(row) for uid, row in known.items() if uid not in started}, after, now
        )
    }
    people = ids_by_code(tx, plan.cycle_id)
    outgoing: list[OutboxRow] = []
    for uid, message in sent.items():
        row = known.get(uid) or _new_session(plan.cycle_id, uid, match_of[uid], people)
        _apply(row, message, now)
        tx.add(row)
        outgoing += _outbox_rows(plan, row, message, now)
    tx.flush()
    tx.add_all(outgoing)
    return sent


def _has_started(row: SessionRow, now: datetime) -> bool:
    return row.state is SessionState.CONFIRMED and row.starts_at <= now


def _refuse_past_sessions(after: Mapping[str, Invitation], now: datetime) -> None:
    """Refuse to invite to sessions that are over: in a cycle under way, nobody could have come.

    Raises:
        ConflictError: there are such sessions.
    """
    past = sum(invitation.start <= now for invitation in after.values())
    if past:
        raise ConflictError(
            f"sessions that nobody was told of would lie in the past ({past} of them); "
            "start a new run, which places nothing before tomorrow"
        )


def _last_sent(row: SessionRow) -> SentInvitation:
    return SentInvitation(
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
    invitation = message.invitation
    row.number, row.count, row.starts_at, row.ends_at = (
        invitation.number,
        invitation.count,
        invitation.start,
        invitation.end,
    )
    row.sequence, row.changed_at = message.sequence, now
    row.state = (
        SessionState.CONFIRMED if message.method is Method.REQUEST else SessionState.CANCELLED
    )
    if message.asks_again:
        row.asked_sequence = message.sequence


def _outbox_rows(
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
