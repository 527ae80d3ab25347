"""Queues emails that request confirmation of a proposal, or report that it is closed.

A proposal is closed if it was refused or withdrawn, or has expired. If the server does
not send email, participants see proposals only on their pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Transaction

from api.mail.delivery import release
from api.mail.rows import MailKind, MailRow
from api.participants.mail_recipients import find_addresses
from api.rescheduling.rows import ProposalRow
from api.services import Services
from api.sessions.rows import SessionRow

PROPOSAL_KEY = "proposal"


def send_proposal(
    tx: Transaction, services: Services, row: ProposalRow, session: SessionRow, *, now: datetime
) -> None:
    """Ask the other participant to confirm a proposal."""
    others = {session.coachee_id, session.coach_id} - {row.person_id}
    mail = _MailTemplate(MailKind.PROPOSAL, row, session)
    _send(tx, services, mail, sorted(others), now=now)


def send_closed(
    tx: Transaction,
    services: Services,
    row: ProposalRow,
    session: SessionRow,
    person_ids: Sequence[str],
    *,
    now: datetime,
) -> None:
    """Notify people that a proposal was refused or withdrawn, or has expired."""
    mail = _MailTemplate(MailKind.PROPOSAL_CLOSED, row, session)
    _send(tx, services, mail, person_ids, now=now)


@dataclass(frozen=True, slots=True)
class _MailTemplate:
    kind: MailKind
    proposal: ProposalRow
    session: SessionRow

    def to(self, person_id: str, occasion: int, now: datetime) -> MailRow:
        return MailRow(
            kind=self.kind,
            cycle_id=self.session.cycle_id,
            person_id=person_id,
            session_id=self.session.id,
            occasion=occasion,
            content={PROPOSAL_KEY: self.proposal.id},
            created_at=now,
        )


def _send(
    tx: Transaction,
    services: Services,
    mail: _MailTemplate,
    person_ids: Sequence[str],
    *,
    now: datetime,
) -> None:
    if not services.settings.mail.enabled:
        return
    tx.flush()
    addresses = find_addresses(tx, person_ids)
    mails = [mail.to(one, _earlier(tx, mail, one), now) for one in addresses]
    release(tx, services.enqueue, mails, addresses, now=now)


def _earlier(tx: Transaction, mail: _MailTemplate, person_id: str) -> int:
    query = select(func.count()).where(
        MailRow.kind == mail.kind,
        MailRow.session_id == mail.session.id,
        MailRow.person_id == person_id,
    )
    return tx.scalar(query) or 0
