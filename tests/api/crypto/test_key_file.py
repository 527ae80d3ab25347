"""A key file outside the data folder: named by a setting, or provided by systemd."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.bootstrap import open_database_and_keyring
from api.crypto.key_ring import KeyringError, create_keyring, open_keyring, write_keyring
from api.settings import KEY_CREDENTIAL, Settings
from tests.commands import Command, command_runner

if TYPE_CHECKING:
    pass

pytestmark = pytest.mark.slow

UNUSABLE = 2


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """Return the path of a new key file in its own folder."""
    path = tmp_path / "keys" / "ring"
    create_keyring(path)
    return path


@pytest.fixture
def run(key: Path, settings: Settings) -> Command:
    """Return a function that runs a deployment's commands with the key file `key`."""
    named = {"GENDER_COACH_KEY_FILE": str(key), "DATABASE_URL": settings.database_url}
    return command_runner("keys", "migrate", "user", **named)


def _words(settings: Settings, *words: object) -> tuple[object, ...]:
    return (*words, "--data", settings.data_dir)


def _opened(settings: Settings, key: Path) -> int:
    """Open the database with a key file; return the version of its master key."""
    named = settings.model_copy(update={"key_file": key})
    database, keyring = open_database_and_keyring(named)
    database.close()
    return keyring.master_version


def test_named_key_file_is_used_and_no_key_lies_next_to_the_data(
    run: Command, settings: Settings, key: Path, tmp_path: Path
) -> None:
    assert run(*_words(settings, "migrate"), folder=tmp_path).returncode == 0
    added = run(*_words(settings, "user", "add", "anna"), folder=tmp_path)
    assert added.returncode == 0, added.stderr
    assert not list(settings.data_dir.rglob("*.key"))
    assert _opened(settings, key) == 1


def test_first_start_with_a_named_key_file_refuses_to_create_it(
    run: Command, settings: Settings, key: Path, tmp_path: Path
) -> None:
    key.unlink()
    assert run(*_words(settings, "migrate"), folder=tmp_path).returncode == 0
    refused = run(*_words(settings, "user", "add", "anna"), folder=tmp_path)
    assert refused.returncode == UNUSABLE
    assert "gender-coach keys create --to" in refused.stderr
    assert not key.exists()
    created = run("keys", "create", "--to", key, folder=tmp_path)
    assert created.returncode == 0, created.stderr
    assert key.stat().st_mode & 0o777 == 0o600
    assert run(*_words(settings, "user", "add", "anna"), folder=tmp_path).returncode == 0


def test_creating_keys_never_replaces_a_file(run: Command, key: Path, tmp_path: Path) -> None:
    before = key.read_bytes()
    refused = run("keys", "create", "--to", key, folder=tmp_path)
    assert refused.returncode == UNUSABLE
    assert "already exists" in refused.stderr
    assert key.read_bytes() == before
    assert "--to" in run("keys", "create", folder=tmp_path).stderr


def test_rotation_of_a_named_key_file_writes_another_and_says_what_to_replace(
    run: Command, settings: Settings, key: Path, tmp_path: Path
) -> None:
    run(*_words(settings, "migrate"), folder=tmp_path)
    before, new = key.read_bytes(), tmp_path / "new-ring"
    refused = run(*_words(settings, "keys", "rotate"), folder=tmp_path)
    assert refused.returncode == UNUSABLE
    assert "--to" in refused.stderr
    assert _opened(settings, key) == 1, "nothing was rotated"
    rotated = run(*_words(settings, "keys", "rotate", "--to", new), folder=tmp_path)
    assert rotated.returncode == 0, rotated.stderr
    assert f"replace {key} with {new}" in " ".join(rotated.stdout.split())
    assert key.read_bytes() == before
    assert new.stat().st_mode & 0o777 == 0o600
    with pytest.raises(KeyringError, match="older than the last rotation"):
        _opened(settings, key)
    new.replace(key)
    assert _opened(settings, key) == 2
    again = run(*_words(settings, "keys", "rotate", "--to", key), folder=tmp_path)
    assert again.returncode == UNUSABLE
    assert _opened(settings, key) == 2


def test_older_copy_of_the_database_opens_with_a_newer_key_file(
    run: Command, settings: Settings, key: Path, tmp_path: Path
) -> None:
    """A restored backup may have been made before the last rotation."""
    run(*_words(settings, "migrate"), folder=tmp_path)
    assert _opened(settings, key) == 1
    write_keyring(key, open_keyring(key, create=False).with_new_master(2))
    assert _opened(settings, key) == 2


def test_systemd_credential_is_used_before_the_data_folder(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "credentials"
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    assert not Settings(data_dir=settings.data_dir).key_file_is_read_only
    create_keyring(folder / KEY_CREDENTIAL)
    handed = Settings(data_dir=settings.data_dir)
    assert handed.master_key_file == folder / KEY_CREDENTIAL
    assert handed.key_file_is_read_only
    assert handed.key_file_is_credential


@pytest.mark.parametrize(("mode", "usable"), [(0o400, True), (0o440, True), (0o444, False)])
def test_credential_may_be_readable_by_its_group_as_systemd_leaves_it(
    tmp_path: Path, mode: int, *, usable: bool
) -> None:
    path = tmp_path / KEY_CREDENTIAL
    create_keyring(path)
    path.chmod(mode)
    if usable:
        assert open_keyring(path, create=False, credential=True).master_version == 1
    else:
        with pytest.raises(KeyringError, match="chmod 600"):
            open_keyring(path, create=False, credential=True)


@pytest.mark.parametrize(
    ("mode", "usable"),
    [(0o700, True), (0o755, True), (0o1777, True), (0o770, False), (0o702, False)],
)
def test_key_file_in_a_folder_that_others_can_write_to_is_refused(
    key: Path, mode: int, *, usable: bool
) -> None:
    key.parent.chmod(mode)
    if usable:
        assert open_keyring(key, create=False).master_version == 1
    else:
        with pytest.raises(KeyringError, match="chmod go-w"):
            open_keyring(key, create=False)


def test_link_to_a_key_file_in_a_folder_that_others_can_write_to_is_refused(
    key: Path, tmp_path: Path
) -> None:
    link = tmp_path / "ring"
    link.symlink_to(key)
    key.parent.chmod(0o770)
    with pytest.raises(KeyringError, match="chmod go-w"):
        open_keyring(link, create=False)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can change the owner of a file")
@pytest.mark.parametrize(
    ("path", "owner", "usable"),
    [("ring", 0, True), ("ring", 1234, True), ("ring", 4321, False), (".", 4321, False)],
)
def test_key_file_of_another_user_is_refused(path: str, owner: int, *, usable: bool) -> None:
    """The check runs in a child process, as user 1234."""
    checks = "import os, pathlib; from api.crypto import key_ring; os.setgroups([]);"
    # not in pytest's folder, which pytest makes inaccessible to other users
    with tempfile.TemporaryDirectory() as folder:
        key = Path(folder) / "ring"
        create_keyring(key)
        Path(folder).chmod(0o711)
        os.chown(key.parent / path, owner, -1)
        child = f"{checks} os.seteuid(1234); key_ring._refuse_foreign(pathlib.Path({str(key)!r}))"
        outcome = subprocess.run([sys.executable, "-c", child], capture_output=True, check=False)
    assert (outcome.returncode == 0) is usable, outcome.stderr


_SHOW_MODES = """
import stat, sys
from pathlib import Path
from api.bootstrap import open_database_and_keyring
from api.database import schema
from api.database.engine import Database
from api.settings import Settings

settings = Settings(data_dir=Path(sys.argv[1]))
made = Database(settings.database_url)
schema.migrate(made)
made.close()
database, _ = open_database_and_keyring(settings)
with database.writing() as tx:
    for path in (settings.data_dir, *sorted(settings.data_dir.iterdir())):
        print(path.name, oct(stat.S_IMODE(path.stat().st_mode)))
database.close()
"""


@pytest.mark.parametrize("umask", ["000", "022"])
def test_files_of_the_database_are_private_whatever_the_umask(tmp_path: Path, umask: str) -> None:
    modes = _modes_of_a_new_deployment(tmp_path / "data", umask)
    assert modes.pop("data") == "0o700"
    assert {f"gender-coach.sqlite{end}" for end in ("", "-wal", "-shm")} < set(modes)
    assert set(modes.values()) == {"0o600"}, modes


def test_files_of_an_earlier_version_become_private(tmp_path: Path) -> None:
    data = tmp_path / "data"
    _modes_of_a_new_deployment(data, "000")
    (data / "gender-coach.sqlite").chmod(0o644)
    modes = _modes_of_a_new_deployment(data, "022")
    assert modes["gender-coach.sqlite"] == modes["gender-coach.sqlite-wal"] == "0o600"


def _modes_of_a_new_deployment(data: Path, umask: str) -> dict[str, str]:
    shell = ["/bin/sh", "-c", f'umask {umask}; exec "$@"', "sh"]
    ended = subprocess.run(
        [*shell, sys.executable, "-c", _SHOW_MODES, data],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return dict(line.split() for line in ended.stdout.splitlines())
