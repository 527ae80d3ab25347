"""The key file, which contains all keys of a deployment, separate from the database."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import stat
from base64 import b32encode, urlsafe_b64encode
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from api.crypto import facts
from api.files.private_files import write_private_file
from coach.errors import DomainError

KEY_BYTES = 32
_SINGLE_KEYS = ("links", "audit", "backups")
_GROUP_AND_OTHERS = 0o077
_OTHERS = 0o007
_WRITABLE_BY_OTHERS = 0o022


class KeyringError(DomainError):
    """The key file is missing, invalid or unsafe, cannot be written, or lacks a required key."""


@dataclass(frozen=True, slots=True, repr=False)
class Keyring:
    """The keys of a deployment, 32 bytes each.

    Attributes:
        master: keys that encrypt the outer layer of notebooks' keys, data keys of legacy
            notebooks, and authenticator secrets, by version; the highest version is in use.
        links: key from which link secrets, codes, tokens, pseudonyms and further keys are derived.
        audit: key that authenticates the audit trail, its anchors, and rows that control access.
        backups: key that encrypts backups of the database, and seals lists of erased ids.
        backups_version: the number of the key for backups, which starts at 1.
        earlier_backups: earlier keys for backups, newest first, used only to read and verify.
    """

    master: dict[int, bytes]
    links: bytes
    audit: bytes
    backups: bytes
    backups_version: int = 1
    earlier_backups: tuple[bytes, ...] = ()

    @property
    def master_version(self) -> int:
        """The version of the master key in use."""
        return max(self.master)

    def with_new_master(self, version: int) -> Keyring:
        """Return a copy with a new random master key, whose `version` must be the highest."""
        return replace(self, master={**self.master, version: _random_key()})

    def with_new_backups_key(self, version: int) -> Keyring:
        """Return a copy that has a new random key for backups, and keeps the earlier keys."""
        return replace(
            self,
            backups=_random_key(),
            backups_version=version,
            earlier_backups=(self.backups, *self.earlier_backups),
        )

    def link_secret(self, credential_id: str) -> str:
        """Return the 256-bit secret of a link, in base64url.

        The secret is derived from the identifier, not stored, so that an email with the link can
        be rendered again.
        """
        return urlsafe_b64encode(self._derive(f"link:{credential_id}")).rstrip(b"=").decode()

    def reply_token(self, person_id: str) -> str:
        """Return a 128-bit hexadecimal token that identifies a person's replies by email.

        The token never changes, because a calendar may reply to the organiser's address in an
        invitation that it received long ago. The token is derived, not stored.
        """
        return self._derive(f"replies of person:{person_id}")[:16].hex()

    def earlier_reply_token(self, message_id: str) -> str:
        """Return the token for replies to a single email, as used by earlier versions."""
        return self._derive(f"reply:{message_id}")[:16].hex()

    def webhook_secret(self, webhook_id: str, version: int) -> bytes:
        """Return the given version of the 256-bit secret that signs a webhook's messages."""
        return self._derive(f"webhook:{webhook_id}:{version}")

    def pseudonym(self, person_id: str) -> str:
        """Return the stable pseudonym shown to auditors, such as `P-ABCDE-FGHIJ`."""
        letters = b32encode(self._derive(f"pseudonym:{person_id}")).decode()
        return f"P-{letters[:5]}-{letters[5:10]}"

    def totp_secret(self, purpose: str) -> str:
        """Return a 160-bit secret for an authenticator app, in base 32, derived from `purpose`."""
        return b32encode(self._derive(f"totp:{purpose}")[:20]).decode()

    def one_time_code(self, code_id: str) -> str:
        """Return the eight digits of a one-time code, derived from its identifier."""
        return f"{int.from_bytes(self._derive(f'code:{code_id}')) % 10**8:08}"

    def seal_erased_ids(self, text: str) -> str:
        """Return the seal of a list of erased ids, in hexadecimal."""
        return _seal_of_erased_ids(self.backups, text)

    def accepts_erased_ids(self, text: str, seal: str) -> bool:
        """Return whether a list of erased ids was sealed with the current key or an earlier key."""
        keys = (self.backups, *self.earlier_backups)
        seals = [_seal_of_erased_ids(key, text).encode() for key in keys]
        return any(hmac.compare_digest(seal.encode(), one) for one in seals)

    @property
    def mark(self) -> str:
        """A fingerprint of the key file, in hexadecimal.

        The fingerprint reveals nothing about the keys and does not change when a key is rotated.
        """
        return self._derive("mark of this key file").hex()

    def mac(self, purpose: str, message: bytes) -> bytes:
        """Return the HMAC-SHA-256 of a message under a key that is used only for `purpose`."""
        return hmac.digest(self._derive(f"mac:{purpose}"), message, hashlib.sha256)

    def _derive(self, purpose: str) -> bytes:
        return hmac.digest(self.links, purpose.encode(), hashlib.sha256)


def open_keyring(path: Path, *, create: bool, credential: bool = False) -> Keyring:
    """Read the key file at `path`, creating it if it is missing and `create` is set.

    Args:
        path: the key file.
        create: whether to create the file if it is missing.
        credential: whether the file is a systemd credential. Its mode has the group bits set,
            because systemd gives the service access through an access control list.

    Raises:
        KeyringError: the file is missing, invalid, or accessible to other users; it cannot be read
            or created; or another user owns it or can replace it.
    """
    if not path.exists():
        if not create:
            raise KeyringError(facts.KEY_FILE_MISSING(path=str(path)))
        create_keyring(path)
    if path.stat().st_mode & (_OTHERS if credential else _GROUP_AND_OTHERS):
        raise KeyringError(facts.KEY_FILE_EXPOSED(path=str(path)))
    _refuse_foreign(path)
    return _parse(path, _read(path))


def _refuse_foreign(path: Path) -> None:
    """Check that no other user owns the key file, or can replace it in its folder.

    Files owned by root are accepted; if root runs the process, files of any user are accepted,
    because root may act for the service user. A folder that others can write to is accepted if its
    sticky bit is set, as for secrets in Kubernetes, because only the owner of a file can replace
    the file there.

    Raises:
        KeyringError: another user owns the file or its folder, or can write to the folder.
    """
    own = {0, os.geteuid()}
    if os.geteuid() and path.stat().st_uid not in own:
        raise KeyringError(facts.KEY_FILE_OF_OTHER_USER(path=str(path)))
    for folder in {path.absolute().parent, path.resolve().parent}:
        found = folder.stat()
        shared = found.st_mode & _WRITABLE_BY_OTHERS and not found.st_mode & stat.S_ISVTX
        if shared or (os.geteuid() and found.st_uid not in own):
            raise KeyringError(facts.KEY_FOLDER_SHARED(path=str(path), folder=str(folder)))


def create_keyring(path: Path) -> None:
    """Write new random keys to the new file at `path` (mode 0600).

    Raises:
        KeyringError: the file exists already, or cannot be written.
    """
    if path.exists():
        raise KeyringError(facts.KEY_FILE_EXISTS(path=str(path)))
    links, audit, backups = (_random_key() for _ in _SINGLE_KEYS)
    write_keyring(path, Keyring({1: _random_key()}, links, audit, backups))


def write_keyring(path: Path, keyring: Keyring) -> None:
    """Write `keyring` to the file at `path` (mode 0600), atomically.

    If `path` is a symbolic link, its target is replaced, not the link, which may serve to keep the
    keys separate from the data.

    Raises:
        KeyringError: the file cannot be written.
    """
    content: dict[str, object] = {
        "about": "Keys of the Gender Coach server. Keep a copy separate from the database.",
        "master": {str(version): key.hex() for version, key in keyring.master.items()},
        **{name: getattr(keyring, name).hex() for name in _SINGLE_KEYS},
    }
    if keyring.backups_version > 1:
        content["backups_version"] = keyring.backups_version
        content["earlier_backups"] = [key.hex() for key in keyring.earlier_backups]
    try:
        file = path.resolve()
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private_file(file, json.dumps(content, indent=1).encode())
    except OSError as error:
        raise KeyringError(
            facts.KEY_FILE_NOT_CREATED(path=str(path), reason=str(error.strerror))
        ) from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise KeyringError(
            facts.KEY_FILE_UNREADABLE(path=str(path), reason=str(error.strerror))
        ) from error


def _parse(path: Path, written: bytes) -> Keyring:
    try:
        content: dict[str, Any] = json.loads(written)
        master = {int(version): bytes.fromhex(key) for version, key in content["master"].items()}
        single = [bytes.fromhex(content[name]) for name in _SINGLE_KEYS]
        version = int(content.get("backups_version", 1))
        earlier = tuple(map(bytes.fromhex, content.get("earlier_backups", ())))
    except (ValueError, KeyError, TypeError, AttributeError, UnicodeDecodeError) as error:
        raise KeyringError(facts.KEY_FILE_INVALID(path=str(path))) from error
    if not master or any(len(key) != KEY_BYTES for key in (*master.values(), *single, *earlier)):
        raise KeyringError(facts.KEY_FILE_INCOMPLETE(path=str(path)))
    links, audit, backups = single
    return Keyring(master, links, audit, backups, version, earlier)


def _seal_of_erased_ids(key: bytes, text: str) -> str:
    return hmac.digest(key, f"erased ids\n{text}".encode(), hashlib.sha256).hex()


def _random_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)
