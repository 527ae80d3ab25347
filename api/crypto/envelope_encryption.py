"""Envelope encryption with AES-256-GCM: data keys, and the master keys that wrap them.

Associated data binds each ciphertext to its table, row, author and version. A ciphertext that was
moved to another row, or that is older than the rest of its row, cannot be decrypted.
"""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from api.crypto import facts
from api.crypto.key_ring import KEY_BYTES, KeyringError
from coach.errors import DomainError

_NONCE_BYTES = 12


class DecryptionError(DomainError):
    """A ciphertext was altered or moved, or was encrypted with another key."""


def encrypt(key: bytes, text: bytes, *associated_data: str | int) -> bytes:
    """Encrypt `text` with `key` (32 bytes), and authenticate it together with `associated_data`.

    Returns:
        The nonce (12 bytes), followed by the ciphertext and its tag.
    """
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, text, _encode_associated_data(associated_data))


def decrypt(key: bytes, sealed: bytes, *associated_data: str | int) -> bytes:
    """Decrypt a ciphertext that `encrypt` returned for the same `key` and `associated_data`.

    Raises:
        DecryptionError: the key or the associated data differ, or the ciphertext was altered.
    """
    nonce, ciphertext = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, _encode_associated_data(associated_data))
    except InvalidTag as error:
        what = " ".join(map(str, associated_data[:2]))
        raise DecryptionError(facts.CANNOT_DECRYPT(what=what)) from error


def new_data_key() -> bytes:
    """Return a random 256-bit key, for a notebook or for one coach's notes about one coachee."""
    return secrets.token_bytes(KEY_BYTES)


def wrapping_key(master: dict[int, bytes], version: int) -> bytes:
    """Return the master key with the given version.

    Raises:
        KeyringError: the key file does not contain this version.
    """
    try:
        return master[version]
    except KeyError as error:
        raise KeyringError(facts.MASTER_KEY_MISSING(version=version)) from error


def _encode_associated_data(associated_data: tuple[str | int, ...]) -> bytes:
    return "\x1f".join(map(str, associated_data)).encode()
