"""Key rotation: the interface through which each subject rewraps its keys."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy.orm import Session as Transaction

from api.crypto.key_ring import Keyring


class Rotatable(Protocol):
    """Rewraps every key of one subject under the newest master key."""

    def __call__(self, tx: Transaction, keyring: Keyring) -> int:
        """Rewrap the keys and return their number.

        Raises:
            KeyringError: the key file lacks the master key version that wraps one of the keys.
            SealBrokenError: a wrapped key was altered.
        """
        ...
