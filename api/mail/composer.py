"""The protocol for composing emails, and the registry of its implementations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session as Transaction

from api.mail.rows import MailKind, MailRow, MailState, find_mail
from api.services import Services


@dataclass(frozen=True, slots=True)
class ComposedMail:
    """A complete email, ready to be sent.

    Attributes:
        recipient: the email address of the only recipient.
        content: the complete message, including headers (RFC 5322).
    """

    recipient: str
    content: bytes


class MailComposer(Protocol):
    """Composes one kind of email from stored data."""

    def __call__(self, tx: Transaction, services: Services, mail: MailRow) -> ComposedMail | None:
        """Compose the email, or return `None` if it is no longer needed.

        Raises:
            ConflictError: the email cannot be composed until the programme office takes action.
        """


@dataclass(frozen=True, slots=True)
class MailRegistry:
    """The functions that subjects register for delivering their emails.

    Attributes:
        composers: the composers, keyed by kind of email.
        on_failed: called in the transaction that records that an email cannot be delivered.
    """

    composers: Mapping[MailKind, MailComposer]
    on_failed: Callable[[Transaction, MailRow], None]

    def compose(self, tx: Transaction, services: Services, mail_id: str) -> ComposedMail | None:
        """Compose an email that is being sent, or return `None` if it is no longer needed.

        Raises:
            ConflictError: the email cannot be composed until the programme office takes action.
        """
        mail = find_mail(tx, mail_id)
        if mail is None or mail.state is not MailState.SENDING:
            return None
        return self.composers[mail.kind](tx, services, mail)
