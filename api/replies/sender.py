"""Identifies the sender of an email by the token in its recipient's address.

Calendars reply to the organiser, and mail programs to the Reply-To address. Both contain a token
that only the recipient of an invitation knows. A reply without a token counts only if the receiving
mail server has authenticated the domain of its sender.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.crypto.key_ring import Keyring
from api.mail.rows import MailRow
from api.participants.rows import PersonRow

_TOKEN = re.compile(r"\+([0-9a-f]{32})@")
_MAX_TOKENS = 20


def tokens_in(addresses: Iterable[str]) -> tuple[str, ...]:
    """Return up to `_MAX_TOKENS` distinct tokens in recipients' addresses, in order."""
    found = (match[1] for address in addresses for match in _TOKEN.finditer(address.lower()))
    return tuple(dict.fromkeys(found))[:_MAX_TOKENS]


@dataclass(slots=True)
class TokenIndex:
    """The people whom reply tokens identify.

    Tokens are derived from ids and not stored, so they are computed once for many emails. Earlier
    versions used one token per email; those tokens are computed only if an email contains an
    unknown token.
    """

    tx: Transaction
    keyring: Keyring
    _people: dict[str, str] | None = None
    _earlier: dict[str, str] | None = field(default=None)

    def person_of(self, tokens: Sequence[str]) -> str | None:
        """Return the id of the only person whom the tokens identify, or `None`."""
        people = {self._person(token) for token in tokens} - {None}
        return people.pop() if len(people) == 1 else None

    def _person(self, token: str) -> str | None:
        if self._people is None:
            ids = self.tx.scalars(select(PersonRow.id))
            self._people = {self.keyring.reply_token(one): one for one in ids}
        return self._people.get(token) or self._recipient(token)

    def _recipient(self, token: str) -> str | None:
        """Return the recipient of the email with the token, for emails sent by earlier versions."""
        if self._earlier is None:
            mails = self.tx.execute(select(MailRow.id, MailRow.former_id, MailRow.person_id))
            self._earlier = {
                self.keyring.earlier_reply_token(one): person
                for mail, former, person in mails
                for one in (mail, former)
                if one is not None
            }
        return self._earlier.get(token)
