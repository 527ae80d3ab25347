"""A preview of the emails that publishing a draft plan would create."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import NoReturn

from sqlalchemy import or_, select
from sqlalchemy.orm import Session as Transaction

from api.cycles.service import CycleHeader, cycle_header
from api.invitations.files import outgoing_mail, render_outgoing
from api.invitations.introduction import (
    INTRODUCTION_FIRST,
    draft_introductions,
    without_introduction,
)
from api.invitations.outgoing_invitation import coach_names
from api.invitations.person_messages import INTRODUCTION, MessageLine, message_kind, message_line
from api.invitations.planned_changes import PlannedChanges, planned_changes, publishable_plan
from api.invitations.publish import Publication, make_changes, publication_of
from api.invitations.reading import HIDDEN_SECRET, ReadableMail, readable_mail
from api.mail.rows import MailKind, MailRow, MailState
from api.participants.person_summary import PersonSummary, person_summary
from api.participants.rows import PersonRow
from api.runs.rows import PlanRow
from api.services import Services
from api.sessions.rows import SessionRow
from api.values import FrozenModel
from api.web.labels import Badge


class PreviewedMail(FrozenModel):
    """An email that publishing would create, as its recipient would see it."""

    to: PersonSummary
    line: MessageLine
    mail: ReadableMail


class Addressee(FrozenModel):
    """A person to whom emails would be sent; `count` is the number of these emails."""

    id: str
    code: str
    name: str
    count: int


class PlanPreview(FrozenModel):
    """The emails that publishing a plan would create.

    Attributes:
        people: the addressees, sorted by name.
        chosen: the id of the person whose emails are shown; empty for one sample of each kind.
        mails: the emails that are shown.
    """

    cycle: CycleHeader
    publication: Publication
    people: tuple[Addressee, ...]
    chosen: str
    mails: tuple[PreviewedMail, ...]


class _NotPublishedError(Exception):
    """Raised to roll back the transaction of a preview."""

    def __init__(self, preview: PlanPreview) -> None:
        super().__init__()
        self.preview = preview


def preview_plan(services: Services, plan_id: str, person_id: str = "") -> PlanPreview:
    """Return the emails that publishing a draft plan would create.

    The returned emails are created in a transaction that is rolled back, so that they are exactly
    what publishing would create. With `person_id`, these are all emails to this person; otherwise,
    one sample of each kind.

    Raises:
        NotFoundError: there is no such plan.
        ConflictError: the plan cannot be published.
    """
    try:
        with services.database.writing() as tx:
            _roll_back(_preview(tx, services, plan_id, person_id))
    except _NotPublishedError as rolled_back:
        return rolled_back.preview


def _roll_back(preview: PlanPreview) -> NoReturn:
    raise _NotPublishedError(preview)


def _preview(tx: Transaction, services: Services, plan_id: str, person_id: str) -> PlanPreview:
    now = services.now()
    plan = publishable_plan(tx, plan_id)
    planned = planned_changes(tx, plan, now)
    new: list[str] = []
    if services.settings.deployment.introduces:
        new = without_introduction(tx, plan.cycle_id, planned.invited)
    people = _addressees(tx, plan.cycle_id, planned, new)
    shown = {person_id} if person_id else _sampled(planned, new, people)
    changes = [one for one in planned.changes if not shown.isdisjoint(one.people)]
    make_changes(tx, plan, changes, now=now)
    draft_introductions(tx, plan.cycle_id, sorted(shown.intersection(new)), now=now)
    return PlanPreview(
        cycle=cycle_header(tx, plan.cycle_id),
        publication=publication_of(plan, planned, len(new)),
        people=people,
        chosen=person_id,
        mails=tuple(_mails(tx, services, plan, shown, samples=not person_id)),
    )


def _addressees(
    tx: Transaction, cycle_id: str, planned: PlannedChanges, new: Sequence[str]
) -> tuple[Addressee, ...]:
    counts = Counter(new)
    for change in planned.changes:
        counts.update(change.people)
    rows = tx.execute(
        select(PersonRow.id, PersonRow.code, PersonRow.name)
        .where(PersonRow.cycle_id == cycle_id)
        .order_by(PersonRow.name, PersonRow.id)
    )
    return tuple(
        Addressee(id=id_, code=code, name=name, count=counts[id_])
        for id_, code, name in rows
        if id_ in counts
    )


def _sampled(
    planned: PlannedChanges, new: Sequence[str], people: Sequence[Addressee]
) -> frozenset[str]:
    """Return, for each kind of email, the id of the first person who would receive that kind."""
    kinds: dict[str, set[Badge]] = defaultdict(set)
    for change in planned.changes:
        for id_ in change.people:
            kinds[id_].add(message_kind(change.message))
    for id_ in new:
        kinds[id_].add(INTRODUCTION)
    first: dict[Badge, str] = {}
    for one in people:
        for kind in kinds[one.id]:
            first.setdefault(kind, one.id)
    return frozenset(first.values())


def _mails(
    tx: Transaction, services: Services, plan: PlanRow, people: Collection[str], *, samples: bool
) -> Iterator[PreviewedMail]:
    """Yield the drafted emails to these people; with `samples`, only the first of each kind."""
    new = or_(MailRow.plan_id == plan.id, MailRow.kind == MailKind.INTRODUCTION)
    rows = tx.execute(
        select(MailRow, PersonRow)
        .join(PersonRow, PersonRow.id == MailRow.person_id)
        .where(
            MailRow.cycle_id == plan.cycle_id,
            MailRow.person_id.in_(people),
            MailRow.state == MailState.DRAFT,
            new,
        )
        .order_by(PersonRow.name, PersonRow.id, INTRODUCTION_FIRST, MailRow.created_at)
    ).all()
    coaches = coach_names(tx, SessionRow.id.in_({mail.session_id for mail, _ in rows}))
    seen = set()
    for mail, person in rows:
        line = message_line(mail)
        if samples and line.kind in seen:
            continue
        seen.add(line.kind)
        content = render_outgoing(outgoing_mail(tx, mail, person, coaches), services, HIDDEN_SECRET)
        yield PreviewedMail(to=person_summary(person), line=line, mail=readable_mail(content))
