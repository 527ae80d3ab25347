"""Drafts of people's forms, which the browser keeps, encrypted, until they are submitted.

The server stores nothing. The pages with a form contain the key of its draft, so only somebody who
can open the page can decrypt the draft. Keys are derived from the person, their secret link and the
form, and for notes also from the secret of the device on which they are unlocked. See
`static/drafts.js`.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field

from api.crypto.key_ring import Keyring
from api.http.principal import Principal

_NAME_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Draft:
    """The draft of a form.

    Attributes:
        id: the name under which the browser keeps it. It reveals neither the link nor the form.
        key: the AES-256 key, in base64.
        fields: the names of the fields that are kept, separated by spaces.
    """

    id: str
    key: str = field(repr=False)
    fields: str

    def sent(self, url: str) -> str:
        """Return the URL to which to redirect once the form is stored; it ends the draft."""
        return f"{url}#sent-{self.id}"


def draft_of(
    keyring: Keyring, principal: Principal, form: str, fields: Iterable[str], *, secret: str = ""
) -> Draft:
    """Return the draft of a person's form.

    Args:
        keyring: the keys.
        principal: the person.
        form: identifies the form among all forms of the person.
        fields: the names of the fields that are kept. Secrets must not be among them.
        secret: a secret of the device without which the draft cannot be opened.
    """
    group = draft_group(keyring, principal)
    message = f"{group}.{form}.{'secret' if secret else ''}".encode()
    key = keyring.mac("keys of drafts", message)
    if secret:
        key = hmac.digest(key, secret.encode(), hashlib.sha256)
    name = keyring.mac("names of drafts", message).hex()[:_NAME_LENGTH]
    return Draft(f"{group}.{name}", b64encode(key).decode(), " ".join(fields))


def draft_group(keyring: Keyring, principal: Principal) -> str:
    """Return the prefix of the names of all drafts of a person's link."""
    owner = f"{principal.person_id}.{principal.credential_id}".encode()
    return keyring.mac("groups of drafts", owner).hex()[:_NAME_LENGTH]
