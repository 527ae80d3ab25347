"""Key rotation: what a subject provides so that its wrapped keys follow a new master key."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy.orm import Session as Transaction

from api.crypto.key_ring import Keyring


class Rotatable(Protocol):
    """Wraps every key of one subject again under the newest master key."""

    def __call__(self, tx: Transaction, keyring: Keyring) -> int:
        """Wrap the keys again and return how many there are.

        Raises:
            KeyringError: the key file lacks the version that wraps one of them.
            SealBrokenError: a wrapped key was altered.
        """
        ...
