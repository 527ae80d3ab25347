"""Key rotation: the interface for rewrapping keys under a new master key."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy.orm import Session as Transaction

from api.crypto.key_ring import Keyring


class Rotatable(Protocol):
    """A function that rewraps all keys of one package under the newest master key."""

    def __call__(self, tx: Transaction, keyring: Keyring) -> int:
        """Rewrap the keys and return their number.

        Raises:
            KeyringError: the key file lacks the master key that wraps one of the keys.
            DecryptionError: a wrapped key was altered.
        """
        ...
