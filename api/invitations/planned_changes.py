"""The changes that publishing a plan would make to the sessions of its cycle.

Most sessions of a large cycle stay as they are, so only those that differ are read in full.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic_core import from_json
from sqlalchemy import select, true
from sqlalchemy.orm import Session as Transaction

from api.invitations import facts
from api.invitations.planned_pairs import PlannedPair, PlannedPairs, PlannedSession
from api.invitations.session_messages import last_sent
from api.participants.declined_times import declined_since
from api.participants.rows import PersonRow, Side
from api.participants.service import ids_by_code
from api.plans.plan_details import plan_row
from api.runs.labels import PLAN_STATE
from api.runs.outdated import is_outdated_json
from api.runs.rows import PlanRow, PlanState, RunRow
from api.sessions.rows import SessionRow, SessionState
from coach.errors import ConflictError
from coach.invitations import Invitation, Message, Method, SentInvitation, diff_invitations

_NOT_PLANNED = {"mode", "place", "join_link"}
_MAX_NAMED = 500  # uids in a query


@dataclass(frozen=True, slots=True)
class _Existing:
    """A session of the cycle; `planned` contains its number, count, start and end."""

    coachee_id: str
    coach_id: str
    is_confirmed: bool
    planned: tuple[int, int, datetime, datetime]

    @property
    def start(self) -> datetime:
        return self.planned[2]


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """A change to one session: the message about it, and the session if it exists already."""

    message: Message
    row: SessionRow | None
    coachee_id: str
    coach_id: str

    @property
    def people(self) -> tuple[str, str]:
        """The ids of the two people to whom the message is sent."""
        return self.coachee_id, self.coach_id


@dataclass(frozen=True, slots=True)
class PlannedChanges:
    """The changes that publishing a plan makes.

    Attributes:
        changes: the changed sessions, in chronological order.
        unchanged: the number of confirmed sessions that stay as they are.
        invited: the ids of everybody who has a confirmed session afterwards.
    """

    changes: tuple[PlannedChange, ...]
    unchanged: int
    invited: frozenset[str]

    def count(self, method: Method) -> int:
        """Return the number of changes announced by messages with this method."""
        return sum(one.message.method is method for one in self.changes)


def publishable_plan(tx: Transaction, plan_id: str) -> PlanRow:
    """Return a draft that can be published.

    Raises:
        NotFoundError: there is no such plan.
        ConflictError: the plan is not a draft, or no longer fits its cycle.
    """
    plan = plan_row(tx, plan_id)
    if plan.state is PlanState.WHAT_IF:
        raise ConflictError(facts.WHAT_IF_NOT_PUBLISHED())
    if plan.state is not PlanState.DRAFT:
        raise ConflictError(facts.NOT_A_DRAFT(state=PLAN_STATE[plan.state].words))
    input_json = tx.scalars(select(RunRow.input).where(RunRow.id == plan.run_id)).one()
    if is_outdated_json(tx, plan.cycle_id, from_json(input_json)):
        raise ConflictError(facts.OUTDATED())
    return plan


def planned_changes(tx: Transaction, plan: PlanRow, now: datetime) -> PlannedChanges:
    """Return the changes that publishing a plan makes. Sessions that have started do not change.

    Raises:
        ConflictError: the plan replaces another one and adds or moves sessions to a time in the
            past, or people have declined a planned time since the plan's run was started.
    """
    existing = _existing(tx, plan.cycle_id)
    planned = PlannedPairs.model_validate_json(plan.result).matches
    match_of = {session.uid: match for match in planned for session in match.sessions}
    differing = dict(_differing(planned, existing, now))
    if existing:
        _refuse_past_sessions(differing.values(), now)
    ended = {
        uid
        for uid, row in existing.items()
        if uid not in match_of and row.is_confirmed and row.start > now
    }
    rows = _rows_of(tx, plan.cycle_id, existing.keys() & (differing.keys() | ended))
    before = {uid: last_sent(row) for uid, row in rows.items()}
    after = {
        uid: _invitation(match_of[uid], session, before.get(uid))
        for uid, session in differing.items()
    }
    people = ids_by_code(tx, plan.cycle_id)
    changes = tuple(
        _change(message, rows, match_of, people) for message in diff_invitations(before, after, now)
    )
    _refuse_declined_times(tx, plan, changes)
    kept = [row for uid, row in existing.items() if uid not in rows and row.is_confirmed]
    requested = (one for one in changes if one.message.method is Method.REQUEST)
    return PlannedChanges(
        changes,
        len(kept),
        frozenset(id_ for row in kept for id_ in (row.coachee_id, row.coach_id))
        | {id_ for one in requested for id_ in one.people},
    )


def _existing(tx: Transaction, cycle_id: str) -> dict[str, _Existing]:
    """Return a cycle's sessions, keyed by uid."""
    found = tx.execute(
        select(
            SessionRow.uid,
            SessionRow.coachee_id,
            SessionRow.coach_id,
            SessionRow.state,
            SessionRow.number,
            SessionRow.count,
            SessionRow.starts_at,
            SessionRow.ends_at,
        ).where(SessionRow.cycle_id == cycle_id)
    )
    return {
        uid: _Existing(coachee, coach, state is SessionState.CONFIRMED, (number, count, start, end))
        for uid, coachee, coach, state, number, count, start, end in found
    }


def _differing(
    planned: Collection[PlannedPair], existing: Mapping[str, _Existing], now: datetime
) -> Iterator[tuple[str, PlannedSession]]:
    """Yield, with their uids, the planned sessions that are new, were cancelled, or would change.

    Confirmed sessions that have started do not change.
    """
    for match in planned:
        count = match.count
        for session in match.sessions:
            row = existing.get(session.uid)
            as_planned = session.number, count, session.start, session.end
            if (
                row is None
                or not row.is_confirmed
                or (row.start > now and row.planned != as_planned)
            ):
                yield session.uid, session


def _rows_of(tx: Transaction, cycle_id: str, uids: Collection[str]) -> dict[str, SessionRow]:
    if not uids:
        return {}
    named = SessionRow.uid.in_(uids) if len(uids) <= _MAX_NAMED else true()
    rows = tx.scalars(select(SessionRow).where(SessionRow.cycle_id == cycle_id, named))
    return {row.uid: row for row in rows if row.uid in uids}


def _invitation(
    match: PlannedPair, session: PlannedSession, last: SentInvitation | None
) -> Invitation:
    """Return the invitation to a planned session, keeping the place, mode and link from `last`."""
    invitation = Invitation(
        uid=session.uid,
        number=session.number,
        count=match.count,
        start=session.start.astimezone(UTC),
        end=session.end.astimezone(UTC),
    )
    if last is None:
        return invitation
    return invitation.model_copy(update=last.invitation.model_dump(include=_NOT_PLANNED))


def _change(
    message: Message,
    rows: Mapping[str, SessionRow],
    match_of: Mapping[str, PlannedPair],
    people: Mapping[tuple[Side, str], str],
) -> PlannedChange:
    uid = message.invitation.uid
    row = rows.get(uid)
    if row is not None:
        return PlannedChange(message, row, row.coachee_id, row.coach_id)
    match = match_of[uid]
    return PlannedChange(
        message, None, people[Side.COACHEE, match.coachee], people[Side.COACH, match.coach]
    )


def _refuse_past_sessions(planned: Collection[PlannedSession], now: datetime) -> None:
    """Raise `ConflictError` if any of these sessions is in the past."""
    past = sum(session.start <= now for session in planned)
    if past:
        raise ConflictError(facts.SESSIONS_IN_THE_PAST(count=past))


def _refuse_declined_times(
    tx: Transaction, plan: PlanRow, changes: Collection[PlannedChange]
) -> None:
    """Raise `ConflictError` if a new time was declined since the plan's run was started."""
    started = tx.scalars(select(RunRow.requested_at).where(RunRow.id == plan.run_id)).one()
    declined = declined_since(tx, plan.cycle_id, started)
    if not declined:
        return
    rows = tx.execute(
        select(PersonRow.id, PersonRow.human_id).where(PersonRow.cycle_id == plan.cycle_id)
    )
    human = {person: key or person for person, key in rows}
    clashing = sum(
        any(
            start < one.message.invitation.end and one.message.invitation.start < end
            for person in one.people
            for start, end in declined.get(human[person], ())
        )
        for one in changes
        if one.message.asks_again
    )
    if clashing:
        raise ConflictError(facts.DECLINED_TIMES(count=clashing))
