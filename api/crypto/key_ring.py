"""The key file, which contains all keys of a deployment, separate from the database."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from base64 import b32encode, urlsafe_b64encode
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from api.crypto import facts
from coach.errors import DomainError

KEY_BYTES = 32
_SINGLE_KEYS = ("links", "audit", "backups")
_GROUP_AND_OTHERS = 0o077


class KeyringError(DomainError):
    """The key file is missing, unreadable, incomplete, or readable by other users."""


@dataclass(frozen=True, slots=True, repr=False)
class Keyring:
    """The keys of a deployment, 32 bytes each.

    Attributes:
        master: keys that wrap the authors' data keys, by version; the highest version is in use.
        links: key from which link secrets, codes, tokens and pseudonyms are derived.
        audit: key that authenticates the rows of the audit trail.
        backups: key that encrypts backups of the database.
    """

    master: dict[int, bytes]
    links: bytes
    audit: bytes
    backups: bytes

    @property
    def master_version(self) -> int:
        """The version of the master key in use."""
        return max(self.master)

    def with_new_master(self) -> Keyring:
        """Return a copy of this key ring that uses a new random master key."""
        return replace(self, master={**self.master, self.master_version + 1: _random_key()})

    def link_secret(self, credential_id: str) -> str:
        """Return the 256-bit secret of a link, in base64url.

        The secret is derived from the identifier, not stored, so that an email with the link can
        be rendered again.
        """
        return urlsafe_b64encode(self._derive(f"link:{credential_id}")).rstrip(b"=").decode()

    def reply_token(self, message_id: str) -> str:
        """Return a 128-bit hexadecimal token that identifies email replies to an outbox message."""
        return self._derive(f"reply:{message_id}")[:16].hex()

    def pseudonym(self, person_id: str) -> str:
        """Return the stable pseudonym shown to auditors instead of a name: `P-ABCDE-FGHIJ`."""
        letters = b32encode(self._derive(f"pseudonym:{person_id}")).decode()
        return f"P-{letters[:5]}-{letters[5:10]}"

    def one_time_code(self, code_id: str) -> str:
        """Return the eight digits of a one-time code, derived from its identifier."""
        return f"{int.from_bytes(self._derive(f'code:{code_id}')) % 10**8:08}"

    @property
    def mark(self) -> str:
        """A fingerprint of the key file, in hexadecimal.

        It reveals nothing about the keys and does not change when the master key is rotated.
        """
        return self._derive("mark of this key file").hex()

    def _derive(self, purpose: str) -> bytes:
        return hmac.digest(self.links, purpose.encode(), hashlib.sha256)


def open_keyring(path: Path, *, create: bool) -> Keyring:
    """Read the key file at `path`. If it is missing and `create` is set, create it.

    Raises:
        KeyringError: the file is missing, invalid, or accessible to other users.
    """
    if not path.exists():
        if not create:
            raise KeyringError(facts.KEY_FILE_MISSING(path=str(path)))
        _create(path)
    if path.stat().st_mode & _GROUP_AND_OTHERS:
        raise KeyringError(facts.KEY_FILE_EXPOSED(path=str(path)))
    return _parse(path, _read(path))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise KeyringError(
            facts.KEY_FILE_UNREADABLE(path=str(path), reason=str(error.strerror))
        ) from error


def _create(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_keyring(path, Keyring({1: _random_key()}, *(_random_key() for _ in _SINGLE_KEYS)))
    except OSError as error:
        raise KeyringError(
            facts.KEY_FILE_NOT_CREATED(path=str(path), reason=str(error.strerror))
        ) from error


def write_keyring(path: Path, keyring: Keyring) -> None:
    """Write `keyring` to the file at `path` (mode 0600), atomically."""
    content = {
        "about": "Keys of the Gender Coach server. Keep a copy separate from the database.",
        "master": {str(version): key.hex() for version, key in keyring.master.items()},
        **{name: getattr(keyring, name).hex() for name in _SINGLE_KEYS},
    }
    temporary = path.with_suffix(".new")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _parse(path: Path, written: bytes) -> Keyring:
    try:
        content: dict[str, Any] = json.loads(written)
        master = {int(version): bytes.fromhex(key) for version, key in content["master"].items()}
        single = [bytes.fromhex(content[name]) for name in _SINGLE_KEYS]
    except (ValueError, KeyError, TypeError, AttributeError, UnicodeDecodeError) as error:
        raise KeyringError(facts.KEY_FILE_INVALID(path=str(path))) from error
    if not master or any(len(key) != KEY_BYTES for key in (*master.values(), *single)):
        raise KeyringError(facts.KEY_FILE_INCOMPLETE(path=str(path)))
    return Keyring(master, *single)


def _random_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)
