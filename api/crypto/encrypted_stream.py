"""Authenticated encryption of files of any size, in chunks of 1 MiB.

Each chunk is encrypted with AES-256-GCM. The nonce contains the number of the chunk and a flag for
the last one, so that chunks cannot be altered, reordered or omitted (the STREAM construction of
Hoang, Reyhanitabar, Rogaway and Vizár, 2015).
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from api.crypto import facts
from coach.errors import DomainError

_MAGIC = b"gender-coach backup 1\n"
_PREFIX_BYTES = 7
_CHUNK_BYTES = 1024 * 1024
_TAG_BYTES = 16


class BackupDecryptionError(DomainError):
    """A backup cannot be decrypted: it was altered or truncated, or the key is wrong."""


def encrypt_file(key: bytes, source: Path, target: Path) -> None:
    """Encrypt `source` to `target` with a 32-byte key, and flush it to the disk.

    A new `target` has mode 0600; the content of an existing one is replaced.

    Raises:
        OSError: `source` cannot be read, or `target` cannot be written.
    """
    prefix, cipher = secrets.token_bytes(_PREFIX_BYTES), AESGCM(key)
    target.touch(mode=0o600)
    with source.open("rb") as read, target.open("wb") as output:
        output.write(_MAGIC + prefix)
        number, chunk = 0, read.read(_CHUNK_BYTES)
        while True:
            next_chunk = read.read(_CHUNK_BYTES)
            nonce = _nonce(prefix, number, last=not next_chunk)
            output.write(cipher.encrypt(nonce, chunk, _MAGIC))
            if not next_chunk:
                output.flush()
                os.fsync(output.fileno())
                return
            number, chunk = number + 1, next_chunk


def is_encrypted_with(key: bytes, path: Path) -> bool:
    """Return whether the file at `path` is a backup encrypted with this key.

    Decrypts the first chunk only.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as read:
        if read.read(len(_MAGIC)) != _MAGIC:
            return False
        prefix = read.read(_PREFIX_BYTES)
        chunk = read.read(_CHUNK_BYTES + _TAG_BYTES)
        is_last = not read.read(1)
    try:
        AESGCM(key).decrypt(_nonce(prefix, 0, last=is_last), chunk, _MAGIC)
    except (InvalidTag, ValueError):
        return False
    return True


def matching_key(keys: Sequence[bytes], path: Path) -> bytes:
    """Return the first of `keys` that decrypts a backup, or the first key if none does.

    Raises:
        OSError: the file cannot be read.
    """
    return next((key for key in keys if is_encrypted_with(key, path)), keys[0])


def decrypt_file(key: bytes, source: Path, target: Path) -> None:
    """Decrypt `source` to the new file `target` (mode 0600).

    After an error, `target` may contain the chunks decrypted before it.

    Raises:
        BackupDecryptionError: `source` was encrypted with another key, or was altered or truncated.
        OSError: `source` cannot be read, or `target` already exists or cannot be written.
    """
    cipher, encrypted_chunk = AESGCM(key), _CHUNK_BYTES + _TAG_BYTES
    target.touch(mode=0o600, exist_ok=False)
    with source.open("rb") as read, target.open("wb") as output:
        if read.read(len(_MAGIC)) != _MAGIC:
            raise BackupDecryptionError(facts.NOT_A_BACKUP(path=str(source)))
        prefix = read.read(_PREFIX_BYTES)
        number, chunk = 0, read.read(encrypted_chunk)
        while True:
            next_chunk = read.read(encrypted_chunk)
            try:
                nonce = _nonce(prefix, number, last=not next_chunk)
                output.write(cipher.decrypt(nonce, chunk, _MAGIC))
            except (InvalidTag, ValueError) as error:
                raise BackupDecryptionError(
                    facts.CANNOT_DECRYPT_BACKUP(path=str(source))
                ) from error
            if not next_chunk:
                return
            number, chunk = number + 1, next_chunk


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + number.to_bytes(4) + bytes([last])
