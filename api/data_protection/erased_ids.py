"""Lists of the internal ids of erased people and cycles, stored outside the database.

A backup contains everybody who was erased after it was made. The list in the data folder and the
lists next to the backups contain the ids of these people, so that a restore can erase them again.
Each list is authenticated with the key ring, so altered and truncated lists are detected.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.crypto.key_ring import Keyring
from api.cycles.rows import CycleRow
from api.data_protection import facts
from api.files.private_files import write_private_file
from api.participants.rows import PersonRow
from api.services import Services
from coach.errors import DomainError

_LOG = logging.getLogger(__name__)
_SUFFIX = ".erased"
_HEADER = "gender-coach erased ids"
_MARK_LENGTH = 16
_LINE = re.compile(r"(cycle|person) ([\w-]+)")


class ErasedIdsError(DomainError):
    """A list of erased ids cannot be read or written, was altered, or is another deployment's."""


@dataclass(frozen=True, slots=True)
class ErasedIds:
    """The internal ids of erased people, and of cycles whose people were all erased."""

    people: frozenset[str] = frozenset()
    cycles: frozenset[str] = frozenset()

    def __or__(self, other: ErasedIds) -> ErasedIds:
        return ErasedIds(self.people | other.people, self.cycles | other.cycles)


def list_of_copy(copy: Path) -> Path:
    """Return the path of a backup's list, which is in the same folder as the backup."""
    return copy.with_name(copy.name + _SUFFIX)


def list_of_data_folder(data_dir: Path) -> Path:
    """Return the path of the list in the data folder."""
    return data_dir / "erased-ids"


def lists_in(folder: Path) -> list[Path]:
    """Return the paths of all lists next to the backups in `folder`."""
    return sorted(path for path in folder.glob(f"*{_SUFFIX}") if path.is_file())


def write_ids(path: Path, keyring: Keyring, ids: ErasedIds) -> None:
    """Write a list (mode 0600) atomically, unless the file already contains it.

    Raises:
        ErasedIdsError: the file cannot be written.
    """
    text = "".join(
        (
            f"{_header(keyring)}\n",
            *(f"cycle {one}\n" for one in sorted(ids.cycles)),
            *(f"person {one}\n" for one in sorted(ids.people)),
        )
    )
    content = f"{text}seal {keyring.seal_erased_ids(text)}\n".encode()
    try:
        if not path.exists() or path.read_bytes() != content:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private_file(path, content)
    except OSError as error:
        raise list_not_written(path, error) from error


def list_not_written(path: Path, error: OSError) -> ErasedIdsError:
    """Return the error for a list that cannot be written."""
    return ErasedIdsError(facts.LIST_NOT_WRITTEN(path=str(path), reason=str(error.strerror)))


def read_ids(path: Path, keyring: Keyring) -> ErasedIds:
    """Read a list.

    Raises:
        ErasedIdsError: the file cannot be read, was altered or cut short, or was written with
            another key file.
    """
    try:
        content = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ErasedIdsError(facts.LIST_UNREADABLE(path=str(path))) from error
    if not content.startswith(f"{_header(keyring)}\n"):
        raise ErasedIdsError(facts.LIST_OF_OTHER_DEPLOYMENT(path=str(path)))
    text, _, seal = content.rpartition("seal ")
    if not keyring.accepts_erased_ids(text, seal.strip()):
        raise ErasedIdsError(facts.LIST_ALTERED(path=str(path)))
    found = [_LINE.fullmatch(line) for line in text.splitlines()[1:]]
    ids = [(one[1], one[2]) for one in found if one is not None]
    return ErasedIds(
        people=frozenset(one for kind, one in ids if kind == "person"),
        cycles=frozenset(one for kind, one in ids if kind == "cycle"),
    )


def belongs_to(path: Path, keyring: Keyring) -> bool:
    """Return whether a file's first line identifies it as a list of this deployment."""
    try:
        with path.open("rb") as file:
            return file.readline() == f"{_header(keyring)}\n".encode()
    except OSError:
        return False


def recorded_ids(tx: Transaction) -> ErasedIds:
    """Return the ids of the people and cycles that the database records as erased."""
    people = tx.scalars(select(PersonRow.id).where(PersonRow.erased_at.is_not(None)))
    cycles = tx.scalars(select(CycleRow.id).where(CycleRow.erased_at.is_not(None)))
    return ErasedIds(frozenset(people), frozenset(cycles))


def update_list(services: Services, others: Iterable[Path] = ()) -> ErasedIds:
    """Add the ids in the database and in other lists to the data folder's list, and return all ids.

    The database's writer lock is held, so that concurrent processes do not overwrite each other's
    ids. Damaged lists are skipped with a warning in the log, because the database also contains the
    ids that this deployment has erased.

    Raises:
        ErasedIdsError: the list cannot be written.
    """
    keyring, own = services.keyring, list_of_data_folder(services.settings.data_dir)
    with services.database.writing() as tx:
        ids = recorded_ids(tx)
        for each in _readable((own, *others), keyring):
            ids |= each
        write_ids(own, keyring, ids)
    return ids


def _readable(paths: Iterable[Path], keyring: Keyring) -> Iterator[ErasedIds]:
    for path in paths:
        if belongs_to(path, keyring):
            try:
                yield read_ids(path, keyring)
            except ErasedIdsError as error:
                _LOG.warning("%s", error)


def _header(keyring: Keyring) -> str:
    """Return the first line of a list, which identifies its deployment."""
    return f"{_HEADER} {keyring.mark[:_MARK_LENGTH]}"
