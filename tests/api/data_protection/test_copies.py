"""Backups and erasure: remains of a killed backup, and restores that repeat erasures."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from api.accounts.credentials import sha256_of
from api.accounts.rows import CredentialRow
from api.audit_trail import verification
from api.audit_trail.rows import AuditRow
from api.cli.serve import prepare_database
from api.crypto.encrypted_stream import decrypt_file, encrypt_file
from api.crypto.envelope_encryption import new_data_key
from api.crypto.row_seal import is_sealed
from api.cycles.rows import CycleRow
from api.data_protection import retention_sweep
from api.data_protection.copies import MadeCopy, make_copy
from api.data_protection.erased_ids import list_of_copy, list_of_data_folder
from api.data_protection.redaction import ERASED
from api.database.engine import Database
from api.database.working_folder import partial_file
from api.participants.rows import PersonRow
from api.personal_links.rows import VerifiedDeviceRow
from tests.commands import Command, Outcome, command_runner

if TYPE_CHECKING:
    from conftest import World

pytestmark = pytest.mark.slow

UNUSABLE = 2
NAME = b"Coachee 1"
MEGABYTES = 40


@dataclass
class Deployment:
    """A deployment with one cycle, a folder of backups, and its commands."""

    world: World
    folder: Path
    command: Command
    cycle_id: str

    @property
    def data(self) -> Path:
        return self.world.services.settings.data_dir

    def run(self, *words: object) -> Outcome:
        """Run a command while nothing else uses the database."""
        self.world.database.close()
        return self.command(*words, "--data", self.data, folder=self.folder.parent)

    def done(self, *words: object) -> str:
        """Run a command that succeeds; return its output as one line."""
        outcome = self.run(*words)
        assert outcome.returncode == 0, outcome.stderr
        return " ".join(outcome.stdout.split())

    def refused(self, *words: object) -> str:
        """Run a command that is refused; return the reason."""
        outcome = self.run(*words)
        assert outcome.returncode == UNUSABLE, outcome
        return " ".join(outcome.stderr.split())

    def copies(self) -> list[str]:
        return sorted(path.name for path in self.folder.glob("backup-*Z*") if not path.suffix)

    def names(self) -> dict[str, str]:
        """Return each person's name, keyed by internal id."""
        database = Database(self.world.services.settings.database_url)
        with database.reading() as tx:
            found = {row.id: row.name for row in tx.scalars(select(PersonRow))}
        database.close()
        return found


@pytest.fixture
def deployment(world: World, tmp_path: Path) -> Deployment:
    variables = {"DATABASE_URL": world.services.settings.database_url}
    (tmp_path / "copies").mkdir()
    command = command_runner("backup", "person", **variables)
    return Deployment(world, tmp_path / "copies", command, world.cycle())


def _plain_text_in(folder: Path) -> list[Path]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if re.search(rb"Coachee 1|SQLite format", path.read_bytes())]


# Backups at the same time.


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_backups_made_at_the_same_time_neither_replace_nor_delete_each_other(
    world: World, tmp_path: Path
) -> None:
    """Both would get the same name, and both are complete before either deletes old backups."""

    def make() -> MadeCopy:
        return make_copy(world.services, tmp_path, lambda _url: None, keep=1)

    def found(pattern: str) -> list[Path]:
        return [path for path in tmp_path.glob(pattern) if path.stat().st_size]

    make()
    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(make) for _ in range(2)]
        _wait_until(lambda: len(found("*Z*.erased")) == 3)
        with world.database.writing():  # so that neither can end
            _wait_until(lambda: len(found("*Z")) + len(found("*Z-?")) == 3)
        made = {future.result().path for future in futures}
    assert len(made) == 2
    assert any(path.exists() for path in made)
    assert set(found("*Z") + found("*Z-?")) <= made, "the first one was deleted"
    make()
    assert len(found("*Z") + found("*Z-?")) == 1


def test_backup_to_a_file_does_not_replace_one_that_was_made_in_the_meantime(
    tmp_path: Path,
) -> None:
    target = tmp_path / "monday"

    def write_late() -> None:
        with partial_file(target) as partial:
            partial.write_text("late", "utf-8")
            target.write_text("complete", "utf-8")

    with pytest.raises(FileExistsError):
        write_late()
    assert target.read_text("utf-8") == "complete"
    assert list(tmp_path.iterdir()) == [target]


# A killed backup.


def _fill(world: World) -> None:
    remark = "# " + os.urandom(MEGABYTES * 500_000).hex() + "\n"
    with world.database.writing() as tx:
        for cycle in tx.scalars(select(CycleRow)):
            cycle.source += remark


def _kill_backup(deployment: Deployment, folder: Path, pattern: str) -> None:
    """Kill a backup as soon as a file matches `pattern`; repeat this if the kill came too late."""
    target = deployment.folder / "monday"
    while not _killed_in_time(deployment, target, folder, pattern):
        target.unlink()
        list_of_copy(target).unlink()


def _killed_in_time(deployment: Deployment, target: Path, folder: Path, pattern: str) -> bool:
    settings = deployment.world.services.settings
    backup = subprocess.Popen(
        [sys.executable, "-m", "api", "backup", "--to", target],
        env={
            **os.environ,
            "PYTHONPATH": str(Path(__file__).parents[3]),
            "DATABASE_URL": settings.database_url,
            "GENDER_COACH_DATA_DIR": str(settings.data_dir),
        },
    )
    while backup.poll() is None and not list(folder.glob(pattern)):
        time.sleep(0)
    backup.kill()
    assert backup.wait() in {0, -signal.SIGKILL}
    return not target.exists()


@pytest.mark.parametrize("moment", ["copied", "encrypted"])
def test_killed_backup_leaves_no_plain_text_on_the_medium_and_the_next_one_cleans_up(
    deployment: Deployment, moment: str
) -> None:
    _fill(deployment.world)
    if moment == "copied":
        _kill_backup(deployment, deployment.data, "copying-*/copy.sqlite")
    else:
        _kill_backup(deployment, deployment.folder, ".monday.partial-backup")
    assert list(deployment.data.glob("copying-*")), "the killed backup left files behind"
    assert not _plain_text_in(deployment.folder)
    assert not (deployment.folder / "monday").exists()
    deployment.done("backup", "--to", deployment.folder / "tuesday")
    assert not list(deployment.data.glob("copying-*"))
    left = {path.name for path in deployment.folder.iterdir()}
    assert left == {"monday.erased", "tuesday", "tuesday.erased"}
    assert not _plain_text_in(deployment.folder)


def test_server_that_starts_removes_remnants_of_killed_backups(deployment: Deployment) -> None:
    remnants = [deployment.data / "copying-abc", deployment.data / "copyabcd_123"]
    for folder in remnants:
        folder.mkdir()
        (folder / "copy.sqlite").write_bytes(NAME)
    other = deployment.data / "copyabcd_456"
    other.mkdir()
    (other / "letter.txt").write_bytes(b"not ours")
    prepare_database(deployment.world.services.settings)
    assert not any(folder.exists() for folder in remnants)
    assert (other / "letter.txt").exists()


def test_backup_removes_plain_text_that_an_earlier_version_left_on_the_medium(
    deployment: Deployment,
) -> None:
    remnant = deployment.folder / "copyabcd_123"
    remnant.mkdir()
    (remnant / "copy.sqlite").write_bytes(NAME)
    deployment.done("backup", "--to", deployment.folder)
    assert not remnant.exists()


# A backup and its key.


def test_backup_next_to_its_key_is_refused(deployment: Deployment) -> None:
    for target in (deployment.data / "monday", deployment.data / "below" / "monday"):
        assert "next to" in deployment.refused("backup", "--to", target)
        assert not target.exists()


def test_backup_to_the_data_folder_with_the_key_warns(deployment: Deployment) -> None:
    outcome = deployment.run("backup")
    assert outcome.returncode == 0
    assert "is stored next to the key" in " ".join(outcome.stderr.split())
    apart = deployment.run("backup", "--to", deployment.folder)
    assert apart.stderr == ""


# Erasure reaches backups.


def _erase(deployment: Deployment) -> str:
    """Erase the first coachee; return the internal id."""
    person_id = deployment.world.person_id(deployment.cycle_id, "C-1")
    deployment.done("person", "erase", "C-1")
    return person_id


def test_lists_name_ids_only_and_lie_with_every_backup_and_in_the_data_folder(
    deployment: Deployment,
) -> None:
    deployment.done("backup", "--to", deployment.folder / "before")
    person_id = _erase(deployment)
    deployment.done("backup", "--to", deployment.folder / "after")
    lists = [
        list_of_data_folder(deployment.data),
        *(list_of_copy(deployment.folder / name) for name in ("before", "after")),
    ]
    for path in lists:
        assert path.stat().st_mode & 0o777 == 0o600
        header, *ids, seal = path.read_text().splitlines()
        assert re.fullmatch(r"gender-coach erased ids [0-9a-f]{16}", header)
        assert ids == [f"person {person_id}"]
        assert re.fullmatch(r"seal [0-9a-f]{64}", seal)


@pytest.mark.parametrize("found", ["in the data folder", "next to a newer backup", "named"])
def test_restoring_an_old_backup_does_not_bring_back_who_was_erased(
    deployment: Deployment, tmp_path: Path, found: str
) -> None:
    old = deployment.folder / "old"
    deployment.done("backup", "--to", old)
    own_list = list_of_copy(old).read_bytes()
    person_id = _erase(deployment)
    data_list = list_of_data_folder(deployment.data)
    if found == "next to a newer backup":
        deployment.done("backup", "--to", deployment.folder / "new")
    named = []
    if found != "in the data folder":  # the data folder was lost with the machine
        named = ["--erased", data_list.rename(tmp_path / "carried")][: 2 * (found == "named")]
        _lose_database(deployment)
    list_of_copy(old).write_bytes(own_list)  # as it was when the backup was moved elsewhere
    said = deployment.done("restore", old, "--force", *named)
    assert "1 person who was erased after the backup has been erased again" in said
    names = deployment.names()
    assert names[person_id] == ERASED
    assert set(names.values()) == {"Coach 1", "Coach 2", "Coachee 2", "Coachee 3", ERASED}
    if deployment.world.database.is_sqlite:
        assert NAME not in (deployment.data / "gender-coach.sqlite").read_bytes()
    assert f"person {person_id}" in data_list.read_text()


def test_older_lists_in_all_places_restore_erased_people(deployment: Deployment) -> None:
    """No list of erasures can prevent this restoration, as docs/security.md states."""
    old = deployment.folder / "old"
    deployment.done("backup", "--to", old)
    own_list = list_of_copy(old).read_bytes()
    _erase(deployment)
    _lose_database(deployment)
    list_of_data_folder(deployment.data).write_bytes(own_list)
    deployment.done("restore", old, "--force")
    assert NAME.decode() in deployment.names().values()


def test_an_old_backup_and_its_key_still_reveal_who_was_erased(
    deployment: Deployment, tmp_path: Path
) -> None:
    """Only deleting the backup prevents this disclosure, as docs/security.md states."""
    deployment.done("backup", "--to", deployment.folder / "old")
    _erase(deployment)
    key = deployment.world.services.keyring.backups
    decrypt_file(key, deployment.folder / "old", tmp_path / "plain")
    assert NAME in (tmp_path / "plain").read_bytes()


def _lose_database(deployment: Deployment) -> None:
    """Delete all people from the database, including its own record of who was erased."""
    database = Database(deployment.world.services.settings.database_url)
    with database.writing() as tx:
        for person in tx.scalars(select(PersonRow)):
            tx.delete(person)
    database.close()


def test_repeated_erasures_are_in_the_trail_which_stays_intact(deployment: Deployment) -> None:
    deployment.done("backup", "--to", deployment.folder / "old")
    person_id = _erase(deployment)
    deployment.done("restore", deployment.folder / "old", "--force")
    database = Database(deployment.world.services.settings.database_url)
    with database.reading() as tx:
        columns = (AuditRow.number, AuditRow.action, AuditRow.object_id)
        events = tx.execute(select(*columns).order_by(AuditRow.number)).all()
        result = verification.verify(tx, deployment.world.services.keyring)
    database.close()
    assert [event.action for event in events][-2:] == ["database restored", "person erased"]
    assert events[-1].object_id == person_id
    assert result.first_broken is None
    assert [lost.first for lost in result.lost] == [events[-2].number]


def test_erased_cycle_is_erased_again(deployment: Deployment) -> None:
    deployment.done("backup", "--to", deployment.folder / "old")
    due = replace(
        deployment.world.with_settings(retention_days=1),
        now=lambda: datetime(2029, 1, 1, tzinfo=UTC) + timedelta(days=1),
    )
    assert retention_sweep.erase_due_cycle(due, deployment.cycle_id, warned=False) is not None
    said = deployment.done("restore", deployment.folder / "old", "--force")
    assert "5 people" in said
    assert set(deployment.names().values()) == {ERASED}
    database = Database(deployment.world.services.settings.database_url)
    with database.reading() as tx:
        assert tx.get_one(CycleRow, deployment.cycle_id).erased_at is not None
    database.close()


def test_backup_without_its_list_is_not_restored_unless_a_list_is_named(
    deployment: Deployment,
) -> None:
    old = deployment.folder / "old"
    deployment.done("backup", "--to", old)
    person_id = _erase(deployment)
    list_of_copy(old).unlink()
    before = deployment.names()
    reason = deployment.refused("restore", old, "--force")
    assert "has no list of erased IDs next to it" in reason
    assert "--erased" in reason
    assert deployment.names() == before
    deployment.done("restore", old, "--force", "--erased", list_of_data_folder(deployment.data))
    assert deployment.names()[person_id] == ERASED


def test_backup_of_an_earlier_version_is_restored_if_nobody_was_erased(
    deployment: Deployment,
) -> None:
    old = deployment.folder / "old"
    deployment.done("backup", "--to", old)
    list_of_copy(old).unlink()
    deployment.done("restore", old, "--force", "--nobody-erased")
    assert NAME.decode() in deployment.names().values()


@pytest.mark.parametrize("change", ["id removed", "id added", "cut short"])
def test_altered_list_is_refused(deployment: Deployment, change: str) -> None:
    person_id = _erase(deployment)
    old = deployment.folder / "old"
    deployment.done("backup", "--to", old)
    path = list_of_copy(old)
    text = path.read_text()
    path.write_text(
        {
            "id removed": text.replace(f"person {person_id}\n", ""),
            "id added": text.replace("seal", f"person {'0' * 20}\nseal"),
            "cut short": text[: text.index("seal")],
        }[change]
    )
    assert "was altered or cut short" in deployment.refused("restore", old, "--force")


def test_emptied_list_of_the_data_folder_is_refused(deployment: Deployment) -> None:
    _erase(deployment)
    old = deployment.folder / "old"
    deployment.done("backup", "--to", old)
    list_of_data_folder(deployment.data).write_bytes(b"")
    assert "is not a list of erased people's IDs" in deployment.refused("restore", old, "--force")


def test_foreign_entries_of_the_backup_folder_are_left_alone(deployment: Deployment) -> None:
    folder = deployment.folder
    (folder / ".report.xlsx.partial").write_text("mine")
    (folder / ".x.partial-backup").mkdir()
    (folder / "copyarchives").mkdir()
    (folder / "copysymlink1").symlink_to(folder / "copyarchives")
    before = {path.name for path in folder.iterdir()}
    deployment.done("backup", "--to", folder / "tuesday")
    assert before <= {path.name for path in folder.iterdir()}


# Deleting old backups.


def test_keep_deletes_the_oldest_backups_of_this_deployment_only(deployment: Deployment) -> None:
    folder = deployment.folder
    deployment.done("backup", "--to", folder / "by-hand")
    (folder / "text").write_bytes(b"text")
    encrypt_file(new_data_key(), folder / "text", folder / "backup-20200101T000000Z")
    (folder / "backup-20200102T000000Z").write_bytes(b"no backup")
    (folder / "backup-20200103T000000Z").mkdir()
    (folder / "backup-20200104T000000Z").symlink_to(folder / "nowhere")
    (folder / "backup-20200105T000000Z.erased").mkdir()
    others = set(deployment.copies())
    made = []
    for _ in range(4):
        deployment.done("backup", "--to", folder)
        made += sorted(set(deployment.copies()) - others - set(made))
    said = deployment.done("backup", "--to", folder, "--keep", 2)
    assert "3 older backups were deleted" in said
    left = set(deployment.copies())
    assert others < left
    assert len(left - others) == 2
    assert made[-1] in left
    assert {path.name for path in folder.glob("backup-*.erased") if path.is_file()} == {
        f"{name}.erased" for name in left - others
    }
    assert (folder / "by-hand").exists()
    assert "is not a folder" in deployment.refused("backup", "--to", folder / "x", "--keep", 2)


def test_after_an_erasure_a_new_backup_is_made_and_old_ones_are_deleted(
    deployment: Deployment,
) -> None:
    deployment.done("backup", "--to", deployment.folder)
    before = deployment.copies()
    variables = {
        "DATABASE_URL": deployment.world.services.settings.database_url,
        "GENDER_COACH_BACKUP_DIR": str(deployment.folder),
        "GENDER_COACH_BACKUP_KEEP": "1",
    }
    deployment.command = command_runner("backup", "person", **variables)
    said = deployment.done("person", "erase", "C-1")
    assert "1 older backup was deleted" in said
    (new,) = deployment.copies()
    assert new not in before
    assert "erased again" not in deployment.done("restore", deployment.folder / new, "--force")
    assert NAME.decode() not in deployment.names().values()


def test_no_backup_is_deleted_if_the_new_one_fails(deployment: Deployment) -> None:
    deployment.done("backup", "--to", deployment.folder)
    before = sorted(path.name for path in deployment.folder.iterdir())
    (deployment.data / "copying.lock").unlink()
    (deployment.data / "copying.lock").mkdir()
    assert "could not be created" in deployment.refused(
        "backup", "--to", deployment.folder, "--keep", 1
    )
    assert sorted(path.name for path in deployment.folder.iterdir()) == before


def test_restore_ends_what_may_have_been_ended_since_the_backup(
    deployment: Deployment,
) -> None:
    world, cycle_id = deployment.world, deployment.cycle_id
    renewed, kept = world.link(cycle_id, "K-1"), world.link(cycle_id, "C-1")
    world.manager_token()
    world.sign_in_secret()
    device = world.device_key(cycle_id, "C-1")
    old = deployment.folder / "old"
    deployment.done("backup", "--to", old)
    world.link(cycle_id, "K-1")
    deployment.done("restore", old, "--force")
    with world.database.reading() as tx:
        valid = tx.scalars(select(CredentialRow).where(CredentialRow.revoked_at.is_(None))).all()
        devices = tx.scalars(select(VerifiedDeviceRow)).all()
        assert all(is_sealed(tx, row) for row in (*valid, *devices))
        assert {row.id for row in valid} == {kept.id} != {renewed.id}
        assert [row.secret_sha256 for row in devices if row.revoked_at] == [sha256_of(device)]
