from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.crypto.envelope_encryption import DecryptionError, decrypt, encrypt, new_data_key
from api.crypto.key_ring import Keyring, KeyringError, open_keyring, write_keyring

if TYPE_CHECKING:
    pass
SECRET = "wishes to leave the unit"  # noqa: S105 - a secret text, not a password


def test_ciphertext_is_decrypted_with_its_associated_data() -> None:
    key = new_data_key()
    assert decrypt(key, encrypt(key, b"text", "notes", "row", 1), "notes", "row", 1) == b"text"


@pytest.mark.parametrize("place", [("notes", "row", 2), ("notes", "other", 1), ("keys", "row", 1)])
def test_ciphertext_is_not_decrypted_with_other_associated_data(
    place: tuple[str | int, ...],
) -> None:
    key = new_data_key()
    with pytest.raises(DecryptionError):
        decrypt(key, encrypt(key, b"text", "notes", "row", 1), *place)


def test_decryption_with_another_key_fails() -> None:
    with pytest.raises(DecryptionError):
        decrypt(new_data_key(), encrypt(new_data_key(), b"text", "notes"), "notes")


def test_equal_texts_have_different_ciphertexts() -> None:
    key = new_data_key()
    assert encrypt(key, b"text", "notes") != encrypt(key, b"text", "notes")


def test_key_file_is_readable_only_by_owner(tmp_path: Path) -> None:
    path = tmp_path / "new" / "master.key"
    made = open_keyring(path, create=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert open_keyring(path, create=False) == made
    os.chmod(path, 0o640)  # noqa: PTH101 - the fault under test
    with pytest.raises(KeyringError, match="chmod 600"):
        open_keyring(path, create=False)


def test_missing_key_file_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(KeyringError, match="restore"):
        open_keyring(tmp_path / "master.key", create=False)
    assert not (tmp_path / "master.key").exists()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"master": {"1": "ab"}, "links": "cd"}'])
def test_malformed_key_file_is_rejected(tmp_path: Path, content: str) -> None:
    path = tmp_path / "master.key"
    path.touch(mode=0o600)
    path.write_text(content, encoding="utf-8")
    with pytest.raises(KeyringError, match="restore"):
        open_keyring(path, create=False)


def test_keyring_repr_contains_no_keys() -> None:
    keyring = Keyring({1: b"m" * 32}, b"l" * 32, b"a" * 32, b"b" * 32)
    assert "mmm" not in repr(keyring)
    assert "lll" not in str(keyring)


def test_link_secret_is_derived_from_identifier(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    write_keyring(path, Keyring({1: b"m" * 32}, b"l" * 32, b"a" * 32, b"b" * 32))
    keyring = open_keyring(path, create=False)
    assert keyring.link_secret("a") == keyring.link_secret("a")
    assert keyring.link_secret("a") != keyring.link_secret("b")
    assert len(keyring.link_secret("a")) == 43
