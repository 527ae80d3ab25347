"""The secrets that lie apart from the database, in one file of mode 0600."""

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

from coach.errors import DomainError

KEY_BYTES = 32
_SINGLE_KEYS = ("links", "audit", "backups")
_GROUP_AND_OTHERS = 0o077


class KeyringError(DomainError):
    """The key file is missing, unreadable, or open to others."""


@dataclass(frozen=True, slots=True, repr=False)
class Keyring:
    """The secrets of one deployment.

    Attributes:
        master: keys that wrap the authors' data keys, by version; the highest is in use.
        links: the key from which the secret of a link follows, given its identifier.
        audit: the key that seals the rows of the audit trail.
        backups: the key that encrypts copies of the database.
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
        """These secrets with a further master key, which is in use from then on."""
        return replace(self, master={**self.master, self.master_version + 1: _random_key()})

    def link_secret(self, credential_id: str) -> str:
        """The 256-bit secret of a link: followed from its id, so that mails can be made again."""
        return urlsafe_b64encode(self._derive(f"link:{credential_id}")).rstrip(b"=").decode()

    def reply_token(self, message_id: str) -> str:
        """Marks the replies by mail to one message of the outbox, in 128 bits."""
        return self._derive(f"reply:{message_id}")[:16].hex()

    def pseudonym(self, person_id: str) -> str:
        """What an auditor sees in a person's place: the same each time, and followed from a key."""
        letters = b32encode(self._derive(f"pseudonym:{person_id}")).decode()
        return f"P-{letters[:5]}-{letters[5:10]}"

    def one_time_code(self, code_id: str) -> str:
        """The eight digits of a one-time code, followed from its id."""
        return f"{int.from_bytes(self._derive(f'code:{code_id}')) % 10**8:08}"

    @property
    def mark(self) -> str:
        """Tells this key file from others, and nothing of its keys; stays through rotations."""
        return self._derive("mark of this key file").hex()

    def _derive(self, purpose: str) -> bytes:
        return hmac.digest(self.links, purpose.encode(), hashlib.sha256)


def open_keyring(path: Path, *, create: bool) -> Keyring:
    """The secrets in the file at `path`, which is made on first start where `create` is set.

    Raises:
        KeyringError: the file is missing, broken, or can be read by others.
    """
    if not path.exists():
        if not create:
            raise KeyringError(
                f"the key file {path} is missing: restore it from where it was kept apart; "
                "without it, notes stay unreadable and links stop working"
            )
        _create(path)
    if path.stat().st_mode & _GROUP_AND_OTHERS:
        raise KeyringError(f"the key file {path} can be read by others: run chmod 600 {path}")
    return _parse(path, _read(path))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise KeyringError(
            f"the key file {path} cannot be read: {error.strerror}; "
            "it has to belong to the user that runs the programme, with mode 600"
        ) from error


def _create(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_keyring(path, Keyring({1: _random_key()}, *(_random_key() for _ in _SINGLE_KEYS)))
    except OSError as error:
        raise KeyringError(
            f"the key file {path} cannot be made: {error.strerror}; name another folder with --data"
        ) from error


def write_keyring(path: Path, keyring: Keyring) -> None:
    """Put `keyring` into the file at `path` in one step: whole, or not at all."""
    content = {
        "about": "Keys of the Gender Coach server. Keep a copy apart from the database.",
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
        raise KeyringError(f"the key file {path} is broken: restore it from its copy") from error
    if not master or any(len(key) != KEY_BYTES for key in (*master.values(), *single)):
        raise KeyringError(f"the key file {path} is incomplete: restore it from its copy")
    return Keyring(master, *single)


def _random_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)
