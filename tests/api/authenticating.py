"""Helpers that authenticate a secret without a request, or read the secret on an account page."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import cast

from sqlalchemy.orm import Session as Transaction

from api.accounts.authenticator import authenticate_user
from api.accounts.rows import CredentialKind
from api.http.authentication import PresentedSecret, SecretSource
from api.http.principal import ANONYMOUS, Principal
from api.mail.settings import MailSettings
from api.personal_links.links import authenticate_link
from api.settings import Settings

_SOURCES = {
    CredentialKind.TOKEN: SecretSource.HEADER,
    CredentialKind.LINK: SecretSource.HEADER,
    CredentialKind.BROWSER_SESSION: SecretSource.COOKIE,
}


def identify(
    tx: Transaction,
    secret: str,
    kinds: frozenset[CredentialKind],
    *,
    now: datetime,
    idle: timedelta,
) -> Principal:
    """Return the principal that `secret` authenticates as one of `kinds`, or `ANONYMOUS`."""
    settings = cast(
        "Settings",
        SimpleNamespace(cookie_idle_minutes=idle.total_seconds() / 60, mail=MailSettings()),
    )
    for kind in kinds & _SOURCES.keys():  # requests cannot present other kinds
        presented = PresentedSecret(secret, _SOURCES[kind])
        authenticator = authenticate_link if kind is CredentialKind.LINK else authenticate_user
        principal = authenticator(tx, presented, settings, now)
        if principal is not None:
            return principal
    return ANONYMOUS


def totp_secret_on(account_page: str) -> str:
    """Return the authenticator app secret shown on the account page."""
    shown = re.search(r"<code>([A-Z2-7]{4}(?: [A-Z2-7]{4}){7})</code>", account_page)
    assert shown is not None
    return shown[1].replace(" ", "")
