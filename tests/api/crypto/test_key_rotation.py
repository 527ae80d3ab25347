"""The key for backups is replaced; backups remain readable until their key is forgotten."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.bootstrap import open_database_and_keyring
from api.cli.keys import KeyAction, KeyKind, keys
from api.crypto.encrypted_stream import is_encrypted_with, matching_key
from api.crypto.key_ring import Keyring, KeyringError, open_keyring, write_keyring
from api.data_protection.copies import MadeCopy, make_copy
from api.data_protection.erased_ids import ErasedIdsError, list_of_data_folder, read_ids
from api.database.backup import restore
from api.database.engine import Database

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import World


@pytest.fixture
def rotate(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Keyring]:
    """Return a function that replaces the key for backups, and returns the new key ring."""
    settings = world.services.settings
    monkeypatch.setenv("DATABASE_URL", settings.database_url)

    def run(*, forget_old: bool = False) -> Keyring:
        data, which = settings.data_dir, KeyKind.BACKUPS
        keys(KeyAction.ROTATE, which=which, forget_old=forget_old, data=data)
        return open_keyring(settings.master_key_file, create=False)

    return run


def _back_up(world: World, keyring: Keyring, folder: Path, keep: int | None = None) -> MadeCopy:
    folder.mkdir(exist_ok=True)
    services = replace(world.services, keyring=keyring)
    return make_copy(services, folder, lambda _url: None, keep=keep)


def test_rotation_of_a_linked_key_file_leaves_no_keys_next_to_the_data(
    world: World, rotate: Callable[..., Keyring], tmp_path: Path
) -> None:
    link, elsewhere = world.services.settings.master_key_file, tmp_path / "safe"
    elsewhere.mkdir(mode=0o700)
    link.rename(elsewhere / "keys")
    link.symlink_to(elsewhere / "keys")
    ring = rotate()
    assert link.is_symlink()
    assert open_keyring(elsewhere / "keys", create=False) == ring
    assert [path.name for path in elsewhere.iterdir()] == ["keys"]


def test_backups_before_a_rotation_stay_readable_and_later_ones_use_the_new_key(
    world: World, rotate: Callable[..., Keyring], tmp_path: Path
) -> None:
    before = _back_up(world, world.services.keyring, tmp_path / "backups")
    ring = rotate()
    assert (ring.master, ring.links) == (
        world.services.keyring.master,
        world.services.keyring.links,
    )
    assert ring.backups not in {world.services.keyring.backups, ring.earlier_backups}
    key = matching_key((ring.backups, *ring.earlier_backups), before.path)
    assert key == world.services.keyring.backups
    after = _back_up(world, ring, tmp_path / "backups", keep=1)
    assert is_encrypted_with(ring.backups, after.path)
    assert after.deleted == 1, "the earlier backup is recognised as one of this deployment"


def test_backup_from_before_a_rotation_is_restored(
    world: World, rotate: Callable[..., Keyring], tmp_path: Path
) -> None:
    before = _back_up(world, world.services.keyring, tmp_path / "backups")
    ring, restored = rotate(), tmp_path / "restored.sqlite"
    with closing(Database(f"sqlite:///{restored}")) as database:
        restore(
            database,
            ring.backups,
            before.path,
            lambda _url: None,
            force=False,
            previous_folder=tmp_path,
            now=world.services.now(),
            earlier_keys=ring.earlier_backups,
        )
    assert restored.exists()


def test_list_of_erased_ids_gets_its_seal_from_the_new_key(
    world: World, rotate: Callable[..., Keyring]
) -> None:
    _back_up(world, world.services.keyring, world.services.settings.data_dir / "backups")
    own = list_of_data_folder(world.services.settings.data_dir)
    ring = rotate()
    assert read_ids(own, replace(ring, earlier_backups=())) == read_ids(own, ring)
    with pytest.raises(ErasedIdsError):
        read_ids(own, world.services.keyring)


def test_forgotten_key_is_no_longer_in_the_key_file(
    world: World, rotate: Callable[..., Keyring], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = _back_up(world, world.services.keyring, tmp_path / "backups")
    ring = rotate(forget_old=True)
    assert ring.earlier_backups == ()
    assert not is_encrypted_with(ring.backups, before.path)
    assert "make a backup now" in " ".join(capsys.readouterr().out.split())
    assert rotate().earlier_backups == (ring.backups,)


def test_key_file_from_before_the_rotation_is_refused(
    world: World, rotate: Callable[..., Keyring]
) -> None:
    rotate()
    settings = world.services.settings
    write_keyring(settings.master_key_file, world.services.keyring)
    with pytest.raises(KeyringError, match="backups use key 2"):
        open_database_and_keyring(settings)


@pytest.mark.parametrize("which", list(KeyKind))
def test_key_file_of_an_interrupted_rotation_is_refused_after_another_rotation(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, which: KeyKind
) -> None:
    """Otherwise, two keys would have the same version, and keys wrapped by one would be lost."""
    settings, done = world.services.settings, tmp_path / "done"
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    world.database.close()

    def run(to: Path) -> None:
        keys(KeyAction.ROTATE, which=which, data=settings.data_dir, to=to)

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    step = "rewrap_all_keys" if which is KeyKind.MASTER else "record_backups_key"
    with monkeypatch.context() as interrupted:
        interrupted.setattr(f"api.cli.keys.{step}", fail)
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path / "interrupted")
    run(done)
    (tmp_path / "interrupted").replace(settings.master_key_file)
    with pytest.raises(KeyringError):
        open_database_and_keyring(settings)
    done.replace(settings.master_key_file)
    database, _ = open_database_and_keyring(settings)
    database.close()
