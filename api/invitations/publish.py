"""Publishing plans: updating a cycle's sessions and creating messages to their participants.

A message is the difference between the last message to its recipient and the new plan. Messages are
stored as draft emails in the transaction that publishes the plan.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.crypto.key_ring import Keyring
from api.cycles.service import cycle_row
from api.cycles.versions import Part, next_version, require_version
from api.database.types import new_id
from api.invitations.introduction import draft_introductions, without_introduction
from api.invitations.planned_changes import (
    PlannedChange,
    PlannedChanges,
    planned_changes,
    publishable_plan,
)
from api.invitations.session_messages import (
    answers_to,
    apply_message,
    counter_cutoff,
    draft_mails,
)
from api.mail.rows import MailRow
from api.personal_links.links import ensure_links
from api.plans.plan_details import PlanSummary, plan_row, summarise_plan
from api.runs.rows import PlanRow, PlanState
from api.services import Services
from api.sessions.rows import SessionRow
from api.values import FrozenModel
from coach.invitations import Method


class Publication(FrozenModel):
    """The result of publishing a plan.

    `requests` and `cancels` are the numbers of messages added to the outbox. Each message is about
    one session and goes to one person. `introductions` is the number of people who also get an
    introduction, because they have had none in this cycle.
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
    link_grace: timedelta,
    introduce: bool = False,
) -> Publication:
    """Make a draft the cycle's published plan and add the resulting messages to the outbox.

    The cycle's earlier published plan is superseded. Sessions that have started are not changed.
    People who have a confirmed session but no working secret link get a new link, valid until
    `link_grace` after the last day of the cycle. With `introduce`, people who have had no
    introduction in this cycle also get one.

    Raises:
        NotFoundError: there is no such plan.
        ConflictError: the plan is not a draft; the lists, the policy or individual sessions have
            changed since the plan was made; the plan replaces another one and adds or moves
            sessions to a time in the past; or somebody has declined a planned time since the run
            was started.
    """
    plan = publishable_plan(tx, plan_id)
    planned = planned_changes(tx, plan, now)
    _supersede_published(tx, plan.cycle_id)
    plan.state, plan.published_at = PlanState.PUBLISHED, now
    make_changes(tx, plan, planned.changes, now=now)
    ensure_links(tx, keyring, planned.invited, now=now, grace=link_grace)
    new = without_introduction(tx, plan.cycle_id, planned.invited) if introduce else []
    draft_introductions(tx, plan.cycle_id, new, now=now)
    publication = publication_of(plan, planned, len(new))
    record_event(
        tx,
        "plan published",
        "plan",
        plan.id,
        requests=publication.requests,
        cancels=publication.cancels,
        version=next_version(cycle_row(tx, plan.cycle_id), Part.PLANS),
    )
    return publication


def publication_of(plan: PlanRow, planned: PlannedChanges, introductions: int) -> Publication:
    """Return the result of publishing a plan; each change is announced to two people."""
    return Publication(
        plan=summarise_plan(plan),
        requests=2 * planned.count(Method.REQUEST),
        cancels=2 * planned.count(Method.CANCEL),
        unchanged_sessions=planned.unchanged,
        introductions=introductions,
    )


def make_changes(
    tx: Transaction, plan: PlanRow, changes: Iterable[PlannedChange], *, now: datetime
) -> None:
    """Change a cycle's sessions as a plan requires, and draft the emails to their participants."""
    answers = answers_to(tx, SessionRow.cycle_id == plan.cycle_id)
    cutoff = counter_cutoff(tx, plan.cycle_id)
    drafts: list[MailRow] = []
    for change in changes:
        row = change.row or _new_session(plan.cycle_id, change)
        apply_message(row, change.message, now=now)
        tx.add(row)
        drafts += draft_mails(row, change.message, answers, plan_id=plan.id, cutoff=cutoff, now=now)
    tx.flush()
    tx.add_all(drafts)
    tx.flush()


def _supersede_published(tx: Transaction, cycle_id: str) -> None:
    tx.execute(
        update(PlanRow)
        .where(PlanRow.cycle_id == cycle_id, PlanRow.state == PlanState.PUBLISHED)
        .values(state=PlanState.SUPERSEDED)
    )


def _new_session(cycle_id: str, change: PlannedChange) -> SessionRow:
    return SessionRow(
        id=new_id(),
        cycle_id=cycle_id,
        uid=change.message.invitation.uid,
        coachee_id=change.coachee_id,
        coach_id=change.coach_id,
        asked_sequence=0,
    )
