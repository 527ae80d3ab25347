"""Compares a typed secret with the passphrases and recovery codes of a coach's notebooks.

Anybody with a coach's link can start a notebook in the coach's name and choose its passphrase. An
attempt is therefore counted for each notebook whose secrets it was compared with and did not match,
even if it unlocks another notebook.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session as Transaction

from api.accounts.credentials import sha256_of
from api.accounts.second_factors import normalise_code
from api.crypto.envelope_encryption import DecryptionError
from api.crypto.key_ring import Keyring
from api.crypto.password_hashing import verify_password
from api.http.principal import NotebookState, Principal
from api.session_reports.notebook_openers import (
    OpenerKey,
    new_opener_key,
    notebook_key_in,
    openers_of,
)
from api.session_reports.notebooks import notebooks_of
from api.session_reports.rows import NotebookOpenerRow, NotebookRow, OpenerKind


@dataclass(frozen=True, slots=True)
class Candidates:
    """The data with which a typed secret is compared, read in a transaction and used outside it.

    Attributes:
        notebooks: the coach's notebooks that are not locked after wrong attempts, latest first.
        openers: their recovery codes and passphrases, in the same order.
        legacy_device: the number of the legacy notebook of the request's device, if it has one.
    """

    notebooks: tuple[NotebookRow, ...]
    openers: tuple[NotebookOpenerRow, ...]
    legacy_device: int | None = None


@dataclass(frozen=True, slots=True)
class SecretMatch:
    """The notebook that a typed secret unlocks.

    Attributes:
        number: the number of the notebook.
        kind: the kind of secret that was typed; `None` on a device of a legacy notebook without
            secrets.
        opener_id: the opener that the secret unlocks; `None` if the notebook is legacy.
        key: the notebook's key; `None` if it is legacy.
        passphrase: for the passphrase of a legacy notebook, the key of its new opener.
    """

    number: int
    kind: OpenerKind | None
    opener_id: str | None = None
    key: bytes | None = field(default=None, repr=False)
    passphrase: OpenerKey | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt to unlock a notebook with a typed secret.

    Attributes:
        match: the notebook that the secret unlocks, if any.
        failed: the numbers of the notebooks for which the attempt counts as wrong.
    """

    match: SecretMatch | None
    failed: frozenset[int] = frozenset()


def candidates_of(tx: Transaction, principal: Principal, *, now: datetime) -> Candidates:
    """Return the data with which a secret typed by this coach is compared."""
    device = principal.notes_device
    is_legacy = device is not None and device.state is NotebookState.LEGACY
    rows = [row for row in reversed(notebooks_of(tx, principal)) if not is_throttled(row, now)]
    openers = [
        opener
        for kind in (OpenerKind.RECOVERY, OpenerKind.PASSPHRASE)
        for opener in openers_of(tx, principal.person_id, kind)
    ]
    found = Candidates(
        tuple(rows),
        tuple(opener for row in rows for opener in openers if opener.notebook == row.number),
        device.notebook if device is not None and is_legacy else None,
    )
    tx.expunge_all()
    return found


def is_throttled(row: NotebookRow, now: datetime) -> bool:
    """Return whether a notebook is locked after wrong attempts."""
    return row.locked_until is not None and row.locked_until > now


def match_secret(keyring: Keyring, candidates: Candidates, typed: str) -> Attempt:
    """Compare `typed` with the secrets of a coach's notebooks; too slow to do in a transaction.

    Recovery codes are compared first. They are too long to be guessed, so one that unlocks a
    notebook is not a wrong attempt at another.

    Raises:
        BusyError: too many hashes are being computed.
    """
    if not typed:
        return Attempt(_match_of_device(candidates))
    by_code = next(_recovery_matches(keyring, candidates, typed), None)
    if by_code is not None:
        return Attempt(by_code)
    failed: set[int] = set()
    for row in candidates.notebooks:
        match = _passphrase_match(keyring, candidates, row, typed)
        if match is not None:
            return Attempt(match, frozenset(failed))
        failed.add(row.number)
    return Attempt(None, frozenset(failed))


def _match_of_device(candidates: Candidates) -> SecretMatch | None:
    """Return the legacy notebook of the request's device if it has no secret that can be typed."""
    for row in candidates.notebooks:
        has_secret = row.passphrase_hash is not None or row.recovery_sha256 is not None
        if row.number == candidates.legacy_device and not has_secret:
            return SecretMatch(row.number, None)
    return None


def _recovery_matches(
    keyring: Keyring, candidates: Candidates, typed: str
) -> Iterator[SecretMatch]:
    typed_hash = sha256_of(normalise_code(typed))
    for row in candidates.notebooks:
        if row.recovery_sha256 == typed_hash:
            yield SecretMatch(row.number, OpenerKind.RECOVERY)
    for opener in candidates.openers:
        if opener.kind is OpenerKind.RECOVERY:
            yield from _opener_match(keyring, opener, typed)


def _passphrase_match(
    keyring: Keyring, candidates: Candidates, row: NotebookRow, typed: str
) -> SecretMatch | None:
    kind = OpenerKind.PASSPHRASE
    for opener in candidates.openers:
        if (opener.notebook, opener.kind) == (row.number, kind):
            for match in _opener_match(keyring, opener, typed):
                return match
    if row.passphrase_hash is not None and verify_password(typed, row.passphrase_hash):
        return SecretMatch(row.number, kind, passphrase=new_opener_key(kind, typed))
    return None


def _opener_match(keyring: Keyring, opener: NotebookOpenerRow, typed: str) -> Iterator[SecretMatch]:
    try:
        key = notebook_key_in(keyring, opener, typed)
    except DecryptionError:
        return
    yield SecretMatch(opener.notebook, opener.kind, opener.id, key)
