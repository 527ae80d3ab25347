"""How mails are composed: a protocol, and the registry that the subjects fill by kind of mail."""

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
    """A mail as it is handed to the mail server.

    Attributes:
        recipient: the address of its only recipient.
        content: the whole message, headers included (RFC 5322).
    """

    recipient: str
    content: bytes


class MailComposer(Protocol):
    """Composes mails of one kind from stored data."""

    def __call__(self, tx: Transaction, services: Services, mail: MailRow) -> ComposedMail | None:
        """The mail as it is to be sent now; `None` if there is no longer a reason to send it.

        Raises:
            ConflictError: it cannot be composed until somebody in the programme office acts.
        """


@dataclass(frozen=True, slots=True)
class MailRegistry:
    """What the subjects register for the delivery of their mails.

    Attributes:
        composers: by kind of mail.
        find_addresses: the current mail addresses of people, by the ids of those who have one.
        on_sent: called in the transaction that records that a mail was sent.
        on_failed: called in the transaction that records that a mail cannot be delivered.
    """

    composers: Mapping[MailKind, MailComposer]
    find_addresses: Callable[[Transaction, Collection[str]], Mapping[str, str]]
    on_sent: Callable[[Transaction, MailRow, datetime], None]
    on_failed: Callable[[Transaction, MailRow], None]

    def compose(self, tx: Transaction, services: Services, mail_id: str) -> ComposedMail | None:
        """A waiting mail as it is to be sent now; `None` if there is nothing to send.

        Raises:
            ConflictError: it cannot be composed until somebody in the programme office acts.
        """
        mail = tx.get(MailRow, mail_id)
        if mail is None or mail.state is not MailState.WAITING:
            return None
        return self.composers[mail.kind](tx, services, mail)
