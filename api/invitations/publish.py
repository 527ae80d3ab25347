"""Publishing plans: updating a cycle's sessions and creating messages to their participants.

A message is the difference between the last message to its recipient and the new plan. Messages are
stored as draft emails in the transaction that publishes the plan.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta

from pydantic_core import from_json
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.crypto.key_ring import Keyring
from api.cycles.service import cycle_row
from api.cycles.versions import Part, next_version, require_version
from api.database.types import new_id
from api.invitations import facts
from api.invitations.introduction import draft_introductions
from api.invitations.planned_pairs import PlannedPair, PlannedPairs
from api.invitations.session_messages import (
    answers_to,
    apply_message,
    counter_cutoff,
    draft_mails,
    last_sent,
)
from api.mail.rows import MailRow
from api.participants.declined_times import declined_since
from api.participants.rows import PersonRow, Side
from api.participants.service import ids_by_code
from api.personal_links.links import ensure_links
from api.plans.plan_details import PlanSummary, plan_row, summarise_plan
from api.runs.labels import PLAN_STATE
from api.runs.outdated import is_outdated_json
from api.runs.rows import PlanRow, PlanState, RunRow
from api.services import Services
from api.sessions.rows import SessionRow, SessionState
from api.values import FrozenModel
from coach.errors import ConflictError
from coach.invitations import (
    Invitation,
    Message,
    Method,
    SentInvitation,
    diff_invitations,
    invitations_by_uid,
)

_NOT_PLANNED = {"mode", "place", "join_link"}


class Publication(FrozenModel):
    """The result of publishing a plan.

    `requests` and `cancels` are the numbers of messages added to the outbox. Each message is about
    one session and goes to one person. `introductions` is the number of people who also get an
    email with all their sessions, because they have not received an email before.
    """

    plan: PlanSummary
    requests: int
    cancels: int
    unchanged_sessions: int
    introductions: int = 0


def publish_plan(services: Services, plan_id: str, *, version: int | None = None) -> Publication:
    """Publish a draft plan; see `publish_draft`.

    `version` is the version of the published plan when the draft was read; `None` disables the
    check.

    Raises:
        ChangedSinceError: another plan has been published since then.
        NotFoundError: there is no such plan.
        ConflictError: the plan cannot be published.
    """
    with services.database.writing() as tx:
        _require_version(tx, plan_row(tx, plan_id).cycle_id, version)
        return publish_draft(
            tx,
            services.keyring,
            plan_id,
            now=services.now(),
            link_grace=services.settings.link_grace,
            introduce=services.settings.deployment.introduces,
        )


def _require_version(tx: Transaction, cycle_id: str, version: int | None) -> None:
    published = select(PlanRow.id).where(
        PlanRow.cycle_id == cycle_id, PlanRow.published_at.is_not(None)
    )
    plans = tx.scalars(published).all()
    require_version(tx, cycle_row(tx, cycle_id), Part.PLANS, version, objects=plans)


def publish_draft(
    tx: Transaction,
    keyring: Keyring,
    plan_id: str,
    *,
    now: datetime,
    link_grace: timedelta | None,
    introduce: bool = False,
) -> Publication:
    """Make a draft the cycle's published plan and add the resulting messages to the outbox.

    The cycle's earlier published plan is superseded. Sessions that have started are not changed.
    People who have a confirmed session but no working secret link get a new link, valid until
    `link_grace` after the last day of the cycle; for a preview, `link_grace` is `None`, and nobody
    gets a link. With `introduce`, people who have not received an email before also get an
    introduction.

    Raises:
        NotFoundError: there is no such plan.
        ConflictError: the plan is not a draft; the lists, the policy or single sessions have
            changed since the plan was made; or the plan replaces another one and has new sessions
            in the past.
    """
    plan = _publishable_plan(tx, plan_id)
    _supersede_published(tx, plan.cycle_id)
    plan.state, plan.published_at = PlanState.PUBLISHED, now
    messages = _publish_sessions(tx, plan, PlannedPairs.model_validate_json(plan.result), now)
    tx.flush()
    invited = _invited_people(tx, plan.cycle_id)
    if link_grace is not None:
        ensure_links(tx, keyring, invited, now=now, grace=link_grace)
    introductions = draft_introductions(tx, plan.cycle_id, invited, now=now) if introduce else 0
    requests = sum(message.method is Method.REQUEST for message in messages)
    cancels = len(messages) - requests
    record_event(
        tx,
        "plan published",
        "plan",
        plan.id,
        requests=2 * requests,
        cancels=2 * cancels,
        version=next_version(cycle_row(tx, plan.cycle_id), Part.PLANS),
    )
    return Publication(
        plan=summarise_plan(plan),
        requests=2 * requests,
        cancels=2 * cancels,
        unchanged_sessions=_confirmed_session_count(tx, plan.cycle_id) - requests,
        introductions=introductions,
    )


def _supersede_published(tx: Transaction, cycle_id: str) -> None:
    tx.execute(
        update(PlanRow)
        .where(PlanRow.cycle_id == cycle_id, PlanRow.state == PlanState.PUBLISHED)
        .values(state=PlanState.SUPERSEDED)
    )


def _publishable_plan(tx: Transaction, plan_id: str) -> PlanRow:
    plan = plan_row(tx, plan_id)
    if plan.state is PlanState.WHAT_IF:
        raise ConflictError(facts.WHAT_IF_NOT_PUBLISHED())
    if plan.state is not PlanState.DRAFT:
        raise ConflictError(facts.NOT_A_DRAFT(state=PLAN_STATE[plan.state].words))
    input_json = tx.scalars(select(RunRow.input).where(RunRow.id == plan.run_id)).one()
    if is_outdated_json(tx, plan.cycle_id, from_json(input_json)):
        raise ConflictError(facts.OUTDATED())
    return plan


def _publish_sessions(
    tx: Transaction, plan: PlanRow, result: PlannedPairs, now: datetime
) -> tuple[Message, ...]:
    """Update the cycle's sessions to match `result`, and create messages to their participants.

    Returns one message per changed session.
    """
    existing = {
        row.uid: row
        for row in tx.scalars(select(SessionRow).where(SessionRow.cycle_id == plan.cycle_id))
    }
    match_of = {session.uid: match for match in result.matches for session in match.sessions}
    started = {uid for uid, row in existing.items() if _has_started(row, now)}
    before = {uid: last_sent(row) for uid, row in existing.items() if uid not in started}
    after = _planned_invitations(result, before, started)
    if existing:
        _refuse_past_sessions(after, now)
    messages = diff_invitations(before, after, now)
    answers = answers_to(tx, SessionRow.cycle_id == plan.cycle_id)
    cutoff = counter_cutoff(tx, plan.cycle_id)
    people = ids_by_code(tx, plan.cycle_id)
    drafts: list[MailRow] = []
    newly_timed: list[SessionRow] = []
    for message in messages:
        uid = message.invitation.uid
        row = existing.get(uid) or _new_session(plan.cycle_id, uid, match_of[uid], people)
        apply_message(row, message, now=now)
        tx.add(row)
        drafts += draft_mails(row, message, answers, plan_id=plan.id, cutoff=cutoff, now=now)
        newly_timed += [row] if message.asks_again else []
    tx.flush()
    _refuse_declined_times(tx, plan, newly_timed)
    tx.add_all(drafts)
    return tuple(messages)


def _planned_invitations(
    result: PlannedPairs, before: Mapping[str, SentInvitation], started: set[str]
) -> dict[str, Invitation]:
    """Return a result's invitations by uid, in UTC, except for sessions that have started.

    A plan does not contain a place, link or mode; existing sessions keep theirs.
    """
    return {
        uid: _in_utc(invitation, before.get(uid))
        for match in result.matches
        for uid, invitation in invitations_by_uid(match.sessions).items()
        if uid not in started
    }


def _has_started(row: SessionRow, now: datetime) -> bool:
    return row.state is SessionState.CONFIRMED and row.starts_at <= now


def _refuse_past_sessions(after: Mapping[str, Invitation], now: datetime) -> None:
    """Raise `ConflictError` if there are invitations to sessions in the past."""
    past = sum(invitation.start <= now for invitation in after.values())
    if past:
        raise ConflictError(facts.SESSIONS_IN_THE_PAST(count=past))


def _refuse_declined_times(
    tx: Transaction, plan: PlanRow, sessions: Collection[SessionRow]
) -> None:
    """Raise `ConflictError` if one of these times was declined since the plan's run was started."""
    started = tx.scalars(select(RunRow.requested_at).where(RunRow.id == plan.run_id)).one()
    declined = declined_since(tx, plan.cycle_id, started)
    if not declined:
        return
    people = tx.execute(
        select(PersonRow.id, PersonRow.human_id).where(PersonRow.cycle_id == plan.cycle_id)
    )
    human = {person: key or person for person, key in people}
    clashing = sum(
        any(
            start < row.ends_at and row.starts_at < end
            for person in (row.coachee_id, row.coach_id)
            for start, end in declined.get(human[person], ())
        )
        for row in sessions
    )
    if clashing:
        raise ConflictError(facts.DECLINED_TIMES(count=clashing))


def _in_utc(invitation: Invitation, last: SentInvitation | None) -> Invitation:
    kept = {} if last is None else last.invitation.model_dump(include=_NOT_PLANNED)
    times = {"start": invitation.start.astimezone(UTC), "end": invitation.end.astimezone(UTC)}
    return invitation.model_copy(update=kept | times)


def _new_session(
    cycle_id: str, uid: str, match: PlannedPair, people: Mapping[tuple[Side, str], str]
) -> SessionRow:
    return SessionRow(
        id=new_id(),
        cycle_id=cycle_id,
        uid=uid,
        coachee_id=people[Side.COACHEE, match.coachee],
        coach_id=people[Side.COACH, match.coach],
        asked_sequence=0,
    )


def _invited_people(tx: Transaction, cycle_id: str) -> set[str]:
    """Return the ids of all people with a confirmed session in a cycle."""
    rows = tx.execute(
        select(SessionRow.coachee_id, SessionRow.coach_id).where(
            SessionRow.cycle_id == cycle_id, SessionRow.state == SessionState.CONFIRMED
        )
    )
    return {person for row in rows for person in row}


def _confirmed_session_count(tx: Transaction, cycle_id: str) -> int:
    return (
        tx.scalar(
            select(func.count()).where(
                SessionRow.cycle_id == cycle_id, SessionRow.state == SessionState.CONFIRMED
            )
        )
        or 0
    )
