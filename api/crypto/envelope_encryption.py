"""Sealing texts with AES-256-GCM, each bound to where it lies.

The additional data names table, row, author and version: a sealed text that somebody moves to
another row does not open, nor an older one put back without the rest of its row.
"""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from api.crypto.key_ring import KEY_BYTES, KeyringError
from coach.errors import DomainError

_NONCE_BYTES = 12


class DecryptionError(DomainError):
    """A sealed text does not open where it lies: it was altered, moved, or its key is another."""


def encrypt(key: bytes, text: bytes, *associated_data: str | int) -> bytes:
    """`text` encrypted under `key`, bound to `associated_data`: nonce, then ciphertext with tag."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, text, _encode_associated_data(associated_data))


def decrypt(key: bytes, sealed: bytes, *associated_data: str | int) -> bytes:
    """What was sealed under `key` for this very `associated_data`.

    Raises:
        DecryptionError: it was not.
    """
    nonce, ciphertext = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, _encode_associated_data(associated_data))
    except InvalidTag as error:
        raise DecryptionError(
            f"{' '.join(map(str, associated_data[:2]))} does not open: it was altered, "
            "or the key file is another"
        ) from error


def new_data_key() -> bytes:
    """A fresh key for what one author writes about one person."""
    return secrets.token_bytes(KEY_BYTES)


def wrapping_key(master: dict[int, bytes], version: int) -> bytes:
    """The master key of a version.

    Raises:
        KeyringError: the key file no longer holds it.
    """
    try:
        return master[version]
    except KeyError as error:
        raise KeyringError(
            f"master key {version} is missing from the key file: restore the copy that has it"
        ) from error


def _encode_associated_data(associated_data: tuple[str | int, ...]) -> bytes:
    return "\x1f".join(map(str, associated_data)).encode()
