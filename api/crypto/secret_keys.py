"""Derives keys from secrets: from random secrets with HKDF, from passphrases with Argon2id."""

from __future__ import annotations

import unicodedata

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from api.crypto import hashing_queues
from api.crypto.key_ring import KEY_BYTES
from api.crypto.password_hashing import MAX_PASSWORD_LENGTH

SALT_BYTES = 16
# RFC 9106, section 4: the second recommended option, for environments with limited memory.
_ITERATIONS, _LANES, _MEMORY_KIB = 3, 4, 64 * 1024


def key_from_secret(secret: bytes, salt: bytes, purpose: str) -> bytes:
    """Derive a 32-byte key from a secret with at least 80 random bits (HKDF-SHA-256, RFC 5869).

    Keys with different purposes are independent of each other.
    """
    return HKDF(SHA256(), KEY_BYTES, salt, purpose.encode()).derive(secret)


def key_from_passphrase(passphrase: str, salt: bytes) -> bytes:
    """Derive a 32-byte key from a passphrase (Argon2id, 64 MiB, RFC 9106).

    Only the first 200 characters of the passphrase are used. They are normalised (NFC), because
    devices encode accented letters differently.

    OpenSSL is not used, because its Argon2 threads deadlock if two keys are derived at the same
    time (OpenSSL 4.0).

    Raises:
        BusyError: too many hashes are being computed.
    """
    typed = unicodedata.normalize("NFC", passphrase[:MAX_PASSWORD_LENGTH]).encode()
    return hashing_queues.SIGNED_IN.run(
        lambda: hash_secret_raw(typed, salt, _ITERATIONS, _MEMORY_KIB, _LANES, KEY_BYTES, Type.ID)
    )
