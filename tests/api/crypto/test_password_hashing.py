"""Hashes of passwords."""

from __future__ import annotations

from api.crypto import password_hashing
from api.crypto.password_hashing import hash_password, verify_password

COST = "$argon2id$v=19$m=65536,t=3,p=4$"
GOOD = "tulip anvil ferry quartz"


def test_hash_takes_as_much_memory_as_rfc_9106_recommends() -> None:
    stored = hash_password(GOOD)
    assert stored.startswith(COST)
    assert verify_password(GOOD, stored)
    assert not verify_password(GOOD + "x", stored)


def test_user_without_a_password_takes_as_long_to_refuse() -> None:
    assert password_hashing._DUMMY_HASH.startswith(COST)  # noqa: SLF001 - no other way to see it
    assert not verify_password(GOOD, None)
