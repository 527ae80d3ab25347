"""Private folders in which backups are made, one at a time.

The unencrypted copy is written to the data folder, because the database contains the same data, and
never to the folder of the backup. Only one process at a time makes or restores a backup in a data
folder. If that process is killed, its working folder remains, and the next process removes it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from api.files.private_files import OWNER_ONLY, OWNER_ONLY_FOLDER, create_private_file

_LOCK = "copying.lock"
_PREFIX = "copying-"
_PARTIAL_SUFFIX = ".partial-backup"
_OF_EARLIER_VERSIONS = re.compile(r"(copy|restore)[a-z0-9_]{8}")
_FILES_OF_EARLIER_VERSIONS = re.compile(r"copy|(copy|restored)\.sqlite(-\w+)?")


@contextmanager
def working_folder(parent: Path) -> Iterator[Path]:
    """Create a folder (mode 0700) in `parent`, and remove it at the end of the block.

    Waits until no other process has a working folder there, and removes the remnants of killed
    processes.

    Raises:
        OSError: the folder cannot be written.
    """
    parent.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
    with _lock(parent, wait=True):
        _remove_working_folders(parent)
        with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=parent) as folder:
            yield Path(folder)


def remove_remnants(parent: Path) -> None:
    """Remove the remnants of killed processes from a data folder, unless a backup is in progress.

    Raises:
        OSError: the folder cannot be written.
    """
    if not parent.is_dir() or not _working_folders(parent):
        return
    with suppress(BlockingIOError), _lock(parent, wait=False):
        _remove_working_folders(parent)


@contextmanager
def partial_file(target: Path) -> Iterator[Path]:
    """Yield the path of a partial file next to `target`, and rename it at the end of the block.

    The partial files of killed processes are removed. If the block raises an exception, its own
    partial file is removed as well.

    Only one process at a time can have a partial file for `target`, and an existing `target` is
    never replaced.

    Raises:
        OSError: the folder cannot be written, another process has a partial file for `target`, or
            `target` already exists at the end of the block.
    """
    target.parent.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
    _remove_partial_files(target.parent)
    partial = target.with_name(f".{target.name}{_PARTIAL_SUFFIX}")
    create_private_file(partial)
    try:
        with _hold(partial, wait=True):
            yield partial
            if os.path.lexists(target):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
            partial.rename(target)
    finally:
        partial.unlink(missing_ok=True)


def _remove_working_folders(parent: Path) -> None:
    """Remove all working folders in `parent`. The caller must hold the lock."""
    for path in _working_folders(parent):
        shutil.rmtree(path)


def _working_folders(parent: Path) -> list[Path]:
    return [
        path
        for path in parent.iterdir()
        if path.is_dir() and (path.name.startswith(_PREFIX) or _is_of_earlier_version(path))
    ]


def _is_of_earlier_version(folder: Path) -> bool:
    """Return whether an earlier version left this folder, with unencrypted data next to backups."""
    if folder.is_symlink() or _OF_EARLIER_VERSIONS.fullmatch(folder.name) is None:
        return False
    names = [file.name for file in folder.iterdir()]
    return bool(names) and all(map(_FILES_OF_EARLIER_VERSIONS.fullmatch, names))


def _remove_partial_files(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_symlink():
            continue
        if path.name.startswith(".") and path.name.endswith(_PARTIAL_SUFFIX) and path.is_file():
            with suppress(BlockingIOError, FileNotFoundError), _hold(path, wait=False):
                path.unlink()
        elif path.is_dir() and _is_of_earlier_version(path):
            shutil.rmtree(path)


@contextmanager
def _lock(parent: Path, *, wait: bool) -> Iterator[None]:
    path = parent / _LOCK
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, OWNER_ONLY))
    with _hold(path, wait=wait):
        yield


@contextmanager
def _hold(path: Path, *, wait: bool) -> Iterator[None]:
    """Hold the lock on a file, which the operating system releases if the process is killed."""
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
