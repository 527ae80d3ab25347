"""Keys derived from passphrases."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from api.crypto.secret_keys import key_from_passphrase

SALT = b"0123456789abcdef"


def test_key_of_a_passphrase_is_the_one_that_earlier_versions_derived() -> None:
    """The expected key was computed with `cryptography` 50, on OpenSSL 4.0."""
    key = key_from_passphrase("tulip anvil ferry žito", SALT)
    assert key.hex() == "231ccd428ac9fb26b7078a0e817b8b6fd0f6b480b23051e2159bdb39f0d96504"


def test_passphrases_typed_at_the_same_time_do_not_deadlock() -> None:
    """With OpenSSL's Argon2 threads, two coaches could deadlock and block everyone else."""
    together = threading.Barrier(2, timeout=60)

    def derive(passphrase: str) -> bytes:
        together.wait()
        return key_from_passphrase(passphrase, SALT)

    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(derive, str(number)) for number in range(4)]
        keys = {future.result(timeout=60) for future in futures}
    assert len(keys) == 4
