"""Encrypting a file of any size in pieces, so that none can be altered, moved, or left out.

The pieces are sealed with AES-256-GCM under nonces that count them and mark the last (the STREAM
construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015).
"""

from __future__ import annotations

import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from coach.errors import ProgrammeError

_MAGIC = b"gender-coach backup 1\n"
_PREFIX_BYTES = 7
_PIECE = 1024 * 1024
_TAG_BYTES = 16


class BrokenCopyError(ProgrammeError):
    """A copy does not open: it was altered or cut, or it was made with another key file."""


def encrypt_file(key: bytes, source: Path, target: Path) -> None:
    """Write `source`, encrypted, to the new file `target`, readable by its owner alone."""
    prefix, cipher = secrets.token_bytes(_PREFIX_BYTES), AESGCM(key)
    target.touch(mode=0o600, exist_ok=False)
    with source.open("rb") as read, target.open("wb") as written:
        written.write(_MAGIC + prefix)
        number, piece = 0, read.read(_PIECE)
        while True:
            following = read.read(_PIECE)
            nonce = _nonce(prefix, number, last=not following)
            written.write(cipher.encrypt(nonce, piece, _MAGIC))
            if not following:
                return
            number, piece = number + 1, following


def decrypt_file(key: bytes, source: Path, target: Path) -> None:
    """Write what is encrypted in `source` to the new file `target`.

    Raises:
        BrokenCopyError: it does not open.
    """
    cipher, sealed_piece = AESGCM(key), _PIECE + _TAG_BYTES
    target.touch(mode=0o600, exist_ok=False)
    with source.open("rb") as read, target.open("wb") as written:
        if read.read(len(_MAGIC)) != _MAGIC:
            raise BrokenCopyError(f"{source} is no copy made by `gender-coach backup`")
        prefix = read.read(_PREFIX_BYTES)
        number, piece = 0, read.read(sealed_piece)
        while True:
            following = read.read(sealed_piece)
            try:
                nonce = _nonce(prefix, number, last=not following)
                written.write(cipher.decrypt(nonce, piece, _MAGIC))
            except (InvalidTag, ValueError) as error:
                raise BrokenCopyError(
                    f"{source} does not open: it was altered or cut, "
                    "or it was made with another key file"
                ) from error
            if not following:
                return
            number, piece = number + 1, following


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + number.to_bytes(4) + bytes([last])
