"""The emails that publishing a draft plan would create, before it is published."""

from __future__ import annotations

from collections import Counter
from typing import NoReturn

from sqlalchemy import or_, select
from sqlalchemy.orm import Session as Transaction

from api.cycles.service import CycleHeader, cycle_header
from api.invitations.files import outgoing_mail, render_outgoing
from api.invitations.introduction import INTRODUCTION_FIRST
from api.invitations.outgoing_invitation import coach_names
from api.invitations.person_messages import MessageLine, message_line
from api.invitations.publish import Publication, publish_draft
from api.invitations.reading import HIDDEN_SECRET, ReadableMail, readable_mail
from api.mail.rows import MailKind, MailRow, MailState
from api.participants.person_summary import PersonSummary, person_summary
from api.participants.rows import PersonRow
from api.services import Services
from api.sessions.rows import SessionRow
from api.values import FrozenModel


class PreviewedMail(FrozenModel):
    """An email that publishing would create, as its recipient would see it."""

    to: PersonSummary
    line: MessageLine
    mail: ReadableMail


class PlanPreview(FrozenModel):
    """The emails that publishing a plan would create.

    Attributes:
        people: each recipient with the number of their emails, by name.
        chosen: the id of the person whose emails are shown; empty for one sample of each kind.
        mails: the emails that are shown.
    """

    cycle: CycleHeader
    publication: Publication
    people: tuple[tuple[PersonSummary, int], ...]
    chosen: str
    mails: tuple[PreviewedMail, ...]


class _NotPublishedError(Exception):
    """Raised to roll back the transaction of a preview."""

    def __init__(self, preview: PlanPreview) -> None:
        super().__init__()
        self.preview = preview


def preview_plan(services: Services, plan_id: str, person_id: str = "") -> PlanPreview:
    """Return the emails that publishing a draft plan would create.

    The plan is published in a transaction that is rolled back, so that the preview is exactly what
    publishing would create. With `person_id`, all emails to this person are returned; otherwise,
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
    publication = publish_draft(
        tx,
        services.keyring,
        plan_id,
        now=services.now(),
        link_grace=None,  # the secrets of links are not shown
        introduce=services.settings.deployment.introduces,
    )
    cycle_id = publication.plan.cycle_id
    new = or_(MailRow.plan_id == plan_id, MailRow.kind == MailKind.INTRODUCTION)
    rows = [
        (mail, person)
        for mail, person in tx.execute(
            select(MailRow, PersonRow)
            .join(PersonRow, PersonRow.id == MailRow.person_id)
            .where(MailRow.cycle_id == cycle_id, MailRow.state == MailState.DRAFT, new)
            .order_by(PersonRow.name, PersonRow.id, INTRODUCTION_FIRST, MailRow.created_at)
        )
    ]
    counts = Counter(person.id for _, person in rows)
    people = {person.id: person for _, person in rows}
    coaches = coach_names(tx, SessionRow.cycle_id == cycle_id)
    mails = []
    for mail, person in _chosen(rows, person_id):
        content = render_outgoing(outgoing_mail(tx, mail, person, coaches), services, HIDDEN_SECRET)
        shown = readable_mail(content)
        line = message_line(mail)
        mails.append(PreviewedMail(to=person_summary(person), line=line, mail=shown))
    return PlanPreview(
        cycle=cycle_header(tx, cycle_id),
        publication=publication,
        people=tuple((person_summary(one), counts[one.id]) for one in people.values()),
        chosen=person_id,
        mails=tuple(mails),
    )


def _chosen(
    rows: list[tuple[MailRow, PersonRow]], person_id: str
) -> list[tuple[MailRow, PersonRow]]:
    if person_id:
        return [(mail, person) for mail, person in rows if person.id == person_id]
    samples: dict[object, tuple[MailRow, PersonRow]] = {}
    for mail, person in rows:
        samples.setdefault(message_line(mail).kind.words, (mail, person))
    return list(samples.values())
