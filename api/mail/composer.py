"""What a mail says when its turn has come, or that there is no longer a reason to send it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.calendar.recipient import Recipient
from api.calendar.wording import summary
from api.crypto.key_ring import Keyring
from api.http import urls as addresses
from api.invitations import outbox as messages
from api.invitations.rows import OutboxRow
from api.mail.plain_message import plain_message_bytes
from api.mail.rows import MailKind, MailRow, MailState
from api.participants.rows import PersonRow
from api.personal_links import links
from api.personal_links.one_time_codes import CodePurpose
from api.personal_links.rows import OneTimeCodeRow
from api.reminders import service as reminding
from api.sessions.rows import SessionRow
from api.settings import Settings
from api.web.date_formats import format_datetime_range, format_short_datetime
from coach.errors import ConflictError
from coach.invitations import Method

_REMINDER_REQUESTS = {
    MailKind.REPLY_REMINDER: "There is no answer from you yet. Does this time suit you?",
    MailKind.RECORD_REMINDER: "The short record of this session is still missing. Please write it:",
    MailKind.FEEDBACK_REMINDER: "How was it? Telling us takes two minutes:",
}
_FORM_PATHS = {MailKind.RECORD_REMINDER: "/note", MailKind.FEEDBACK_REMINDER: "/feedback"}


@dataclass(frozen=True, slots=True)
class ComposedMail:
    """A mail to hand to the mail server, as its bytes."""

    recipient: str
    content: bytes


@dataclass(frozen=True, slots=True)
class MailComposer:
    """What mails are written with: the keys that links follow from, and the deployment's words."""

    keyring: Keyring
    settings: Settings

    def composed_mail(self, tx: Transaction, mail_id: str, *, now: datetime) -> ComposedMail | None:
        """A mail that waits as it is to be sent now; `None` where there is nothing to send.

        Raises:
            ConflictError: it cannot be written, and a person has to see to it.
        """
        row = tx.get(MailRow, mail_id)
        if row is None or row.state is not MailState.WAITING:
            return None
        person = tx.get_one(PersonRow, row.person_id)
        if not person.email:
            return None
        if row.kind is MailKind.INVITATION:
            return self._compose_invitation(tx, row, person, now)
        if row.kind is MailKind.CODE:
            return self._compose_code(tx, row, person, now)
        return self._compose_reminder(tx, row, person, now)

    def _compose_code(
        self, tx: Transaction, row: MailRow, person: PersonRow, now: datetime
    ) -> ComposedMail | None:
        code = tx.get_one(OneTimeCodeRow, row.code_id)
        if code.used_at is not None or code.expires_at <= now:
            return None
        digits, zone = self.keyring.one_time_code(code.id), ZoneInfo(person.timezone)
        content = plain_message_bytes(
            "personal_links/mail/code",
            Recipient(name=person.name, address=person.email, zone=zone),
            self.settings.deployment,
            unique_id=row.id,
            stamp=row.created_at,
            reply_token=self.keyring.reply_token(row.id),
            code=f"{digits[:4]} {digits[4:]}",
            until=f"{code.expires_at.astimezone(zone):%H:%M}",
            changes_address=code.purpose == CodePurpose.ADDRESS,
        )
        return ComposedMail(recipient=person.email, content=content)

    def _compose_reminder(
        self, tx: Transaction, row: MailRow, person: PersonRow, now: datetime
    ) -> ComposedMail | None:
        if not reminding.is_still_due(tx, row, self.settings.mail, now=now):
            return None
        secrets = links.link_secrets(tx, self.keyring, [person.id], now=now)
        if person.id not in secrets:
            return None  # an invitation without a link is shown to the office; this is no news
        session = tx.get_one(SessionRow, row.session_id)
        deployment, zone = self.settings.deployment, ZoneInfo(person.timezone)
        invitation = messages.current_invitation(session)
        form = _FORM_PATHS.get(row.kind, "")
        page = addresses.person_session(secrets[person.id], session.id) + form
        content = plain_message_bytes(
            "reminders/mail/reminder",
            Recipient(name=person.name, address=person.email, zone=zone),
            deployment,
            unique_id=row.id,
            stamp=row.created_at,
            reply_token=self.keyring.reply_token(row.id),
            title=summary(invitation, deployment),
            when=format_datetime_range(session.starts_at, session.ends_at, zone),
            short_when=format_short_datetime(session.starts_at, zone),
            ask=_REMINDER_REQUESTS[row.kind],
            page=self.settings.base_url + page,
        )
        return ComposedMail(recipient=person.email, content=content)

    def _compose_invitation(
        self, tx: Transaction, row: MailRow, person: PersonRow, now: datetime
    ) -> ComposedMail | None:
        message = tx.get_one(OutboxRow, row.outbox_id)
        leaves = person.left_at is not None and message.method != Method.CANCEL
        if message.sent_at is not None or leaves or _is_superseded(tx, message):
            return None
        outgoing_invitation = messages.outgoing_invitation_of(message, person)
        secret = ""
        if outgoing_invitation.needs_link:
            try:
                secret = links.link_of(tx, self.keyring, person.id, now=now).secret
            except ConflictError as error:
                raise ConflictError(
                    "this person's secret link no longer works: make a new one under People"
                ) from error
        page = self.settings.base_url + addresses.person_session(secret, message.session_id)
        token = self.keyring.reply_token(message.id)
        content = messages.render_eml(outgoing_invitation, self.settings.deployment, token, page)
        return ComposedMail(recipient=person.email, content=content)


def _is_superseded(tx: Transaction, message: OutboxRow) -> bool:
    """Whether a younger message about the same session to the same person was released or sent."""
    others = tx.scalars(
        select(OutboxRow.message)
        .outerjoin(MailRow, MailRow.outbox_id == OutboxRow.id)
        .where(
            OutboxRow.session_id == message.session_id,
            OutboxRow.person_id == message.person_id,
            OutboxRow.sent_at.is_not(None) | (MailRow.state == MailState.WAITING),
        )
    )
    return any(other["sequence"] > message.message["sequence"] for other in others)
