"""The protocol for composing emails, and the registry of its implementations."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session as Transaction

from api.mail.rows import MailKind, MailRow, MailState
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
        """Compose the email, or return `None` if there is no longer a reason to send it.

        Raises:
            ConflictError: the email cannot be composed until the programme office takes action.
        """


@dataclass(frozen=True, slots=True)
class MailRegistry:
    """The functions that subjects register for the delivery of their emails.

    Attributes:
        composers: the composers, by kind of email.
        find_addresses: returns the current email addresses by person id. People without an address
            are omitted.
        on_sent: called in the transaction that records that an email was sent.
        on_failed: called in the transaction that records that an email cannot be delivered.
    """

    composers: Mapping[MailKind, MailComposer]
    find_addresses: Callable[[Transaction, Collection[str]], Mapping[str, str]]
    on_sent: Callable[[Transaction, MailRow, datetime], None]
    on_failed: Callable[[Transaction, MailRow], None]

    def compose(self, tx: Transaction, services: Services, mail_id: str) -> ComposedMail | None:
        """Compose an email, or return `None` if it is not waiting or no longer needed.

        Raises:
            ConflictError: the email cannot be composed until the programme office takes action.
        """
        mail = tx.get(MailRow, mail_id)
        if mail is None or mail.state is not MailState.WAITING:
            return None
        return self.composers[mail.kind](tx, services, mail)
