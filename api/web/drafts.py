"""Drafts of forms, which the browser stores in encrypted form until the forms are submitted.

The server stores nothing. Pages contain the key of their drafts, so only somebody who can open a
page of this user or verified person can decrypt them. A form with the attribute `data-keep` is kept
under a key that the browser derives from the key of the page and the form. The forms of sessions
and of a person's details have their own keys, which are derived from the person, their secret link
and the form, and for notes also from the secret of the device on which they are unlocked. See
`static/drafts.js`.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field

from api.crypto.key_ring import Keyring
from api.http.permissions import OFFICE, PERSON
from api.http.principal import Principal

_NAME_LENGTH = 32
_WITH_DRAFTS = OFFICE | PERSON


@dataclass(frozen=True, slots=True)
class Draft:
    """The draft of a form.

    Attributes:
        id: the name under which the browser stores the draft; reveals neither the link nor the
            form.
        key: the AES-256 key, in base64.
        fields: the names of the fields that are kept, separated by spaces.
    """

    id: str
    key: str = field(repr=False)
    fields: str

    def sent(self, url: str) -> str:
        """Return the URL to redirect to once the form is stored; opening it deletes the draft."""
        return f"{url}#sent-{self.id}"


@dataclass(frozen=True, slots=True)
class PageDrafts:
    """The data that a page needs to keep drafts.

    Attributes:
        group: the prefix of the names of all drafts of this user or link, which are deleted on
            signing out.
        key: a key from which the browser derives a key for each form, in base64; empty on pages
            that are compressed, because their size would reveal it (BREACH).
    """

    group: str
    key: str = field(repr=False)


def page_drafts(
    keyring: Keyring, principal: Principal | None, *, is_compressible: bool = False
) -> PageDrafts | None:
    """Return the data that a page for `principal` needs to keep drafts.

    Returns `None` for unverified or anonymous visitors, because others can open the same page.
    """
    if principal is None or principal.role not in _WITH_DRAFTS or not principal.is_verified:
        return None
    group = draft_group(keyring, principal)
    key = keyring.mac("keys of drafts", f"page of {group}".encode())
    return PageDrafts(group, "" if is_compressible else b64encode(key).decode())


def draft_of(
    keyring: Keyring, principal: Principal, form: str, fields: Iterable[str], *, secret: str = ""
) -> Draft:
    """Return the draft of a person's form.

    Args:
        keyring: the keys.
        principal: the person.
        form: identifies the form among all forms of the person.
        fields: the names of the fields that are kept. They must not include secrets.
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
    """Return the prefix shared by the names of all drafts of a user or a person's link."""
    person = f"{principal.person_id}.{principal.credential_id}"
    owner = person if principal.user_id is None else f"user {principal.user_id}"
    return keyring.mac("groups of drafts", owner.encode()).hex()[:_NAME_LENGTH]
