"""Plans: reading one with its reasons, and publishing it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.crypto.key_ring import Keyring
from api.cycles.service import cycle_row, policy_of
from api.invitations.publish import publish_sessions
from api.participants.service import roster_of
from api.personal_links.links import ensure_links
from api.runs.rows import PlanRow, PlanState, RunRow
from api.runs.run_input import RunInput
from api.sessions.rows import SessionRow, SessionState
from api.values import FrozenModel
from coach.cycle import Cycle
from coach.errors import ConflictError, NotFoundError
from coach.invitations import Method
from coach.people import Roster
from matching.instance.partial_cycle import UnderWay
from matching.result import Result


class PlanSummary(FrozenModel):
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


class PlanDetails(FrozenModel):
    """A plan whole: the engine's result, and the people and policy it was made from.

    `outdated` says that the lists or the policy of the cycle have changed since. `own_policy` is
    the policy the cycle had when the plan was made, where that is from another: of a what-if, and
    of a plan in which one coach is replaced and every other pair is pinned. `under_way` says where
    the cycle stood, if it had begun.
    """

    summary: PlanSummary
    outdated: bool
    result: Result
    roster: Roster
    cycle: Cycle
    own_policy: Cycle | None
    under_way: UnderWay | None

    @property
    def policy(self) -> Cycle:
        """The policy as somebody wrote it, without the pins of a plan that replaces one coach."""
        what_if = self.summary.state is PlanState.WHAT_IF
        return self.cycle if what_if or self.own_policy is None else self.own_policy


class Publication(FrozenModel):
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


def plan_summary(tx: Transaction, plan_id: str) -> PlanSummary:
    """A plan in one line.

    Raises:
        NotFoundError: there is no such plan.
    """
    row = tx.get(PlanRow, plan_id)
    if row is None:
        raise NotFoundError(f"there is no plan {plan_id}")
    return _summary(row)


def plan_view(tx: Transaction, plan_id: str) -> PlanDetails:
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
    row, result, input_json = found
    frozen = RunInput.model_validate_json(input_json)
    return PlanDetails(
        summary=_summary(row),
        outdated=_is_outdated(tx, row.cycle_id, frozen),
        result=Result.model_validate_json(result),
        roster=frozen.roster,
        cycle=frozen.cycle,
        own_policy=frozen.own_policy,
        under_way=frozen.under_way,
    )


def publish(
    tx: Transaction, keyring: Keyring, plan_id: str, *, now: datetime, link_grace: timedelta
) -> Publication:
    """Make a draft the plan of its cycle, and put what changes for each person into the outbox.

    The messages are the difference from what people were told last, cancelled sessions included.
    A session that has begun stays as it is, whatever the plan says of it.
    Everybody in it gets a secret link who has none, working until `link_grace` after the cycle.

    Raises:
        NotFoundError: there is no such plan.
        ConflictError: the plan is no draft; the lists or the policy have changed since it was
            made; or it takes the place of another and moves sessions into the past.
    """
    plan = tx.get(PlanRow, plan_id)
    if plan is None:
        raise NotFoundError(f"there is no plan {plan_id}")
    if plan.state is PlanState.WHAT_IF:
        raise ConflictError(
            "a what-if is only to look at: replace the cycle's policy and start a run instead"
        )
    if plan.state is not PlanState.DRAFT:
        raise ConflictError(f"the plan is {plan.state}, not a draft; start a new run instead")
    input_json = tx.scalars(select(RunRow.input).where(RunRow.id == plan.run_id)).one()
    if _is_outdated(tx, plan.cycle_id, RunInput.model_validate_json(input_json)):
        raise ConflictError(
            "the lists or the policy have changed since this plan was made; start a new run"
        )
    tx.execute(
        update(PlanRow)
        .where(PlanRow.cycle_id == plan.cycle_id, PlanRow.state == PlanState.PUBLISHED)
        .values(state=PlanState.SUPERSEDED)
    )
    plan.state, plan.published_at = PlanState.PUBLISHED, now
    sent = publish_sessions(tx, plan, Result.model_validate_json(plan.result), now=now)
    tx.flush()
    ensure_links(tx, keyring, _invited(tx, plan.cycle_id), now=now, grace=link_grace)
    requests = sum(message.method is Method.REQUEST for message in sent.values())
    cancels = len(sent) - requests
    record_event(tx, "plan published", "plan", plan.id, requests=2 * requests, cancels=2 * cancels)
    return Publication(
        plan=_summary(plan),
        requests=2 * requests,
        cancels=2 * cancels,
        unchanged_sessions=_confirmed_count(tx, plan.cycle_id) - requests,
    )


def _is_outdated(tx: Transaction, cycle_id: str, frozen: RunInput) -> bool:
    """Whether the lists or the policy of a cycle are others than a run has worked from."""
    policy = policy_of(cycle_row(tx, cycle_id))
    return (frozen.roster, frozen.policy) != (roster_of(tx, cycle_id), policy)


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
