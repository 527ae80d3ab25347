"""Files that only their owner can read, regardless of the process's umask."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

OWNER_ONLY = 0o600
OWNER_ONLY_FOLDER = 0o700
_GROUP_AND_OTHERS = 0o077


def write_private_file(path: Path, content: bytes) -> None:
    """Write `content` to the file at `path` (mode 0600) atomically, and flush it to the disk.

    Raises:
        OSError: the file cannot be written.
    """
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    create_private_file(new)
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    flush_folder(path.parent)


def create_private_file(path: Path) -> None:
    """Create an empty file (mode 0600) at `path`, which must not exist.

    Raises:
        OSError: the file already exists, or cannot be created.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    try:
        os.fchmod(handle, OWNER_ONLY)  # a umask may also have removed the owner's permissions
    finally:
        os.close(handle)


def restrict_to_owner(path: Path) -> None:
    """Remove group and other access to the file at `path`, if it exists.

    A file of another owner is not changed, because only its owner can change its mode.
    """
    with suppress(FileNotFoundError, PermissionError):
        if path.stat().st_mode & _GROUP_AND_OTHERS:
            path.chmod(OWNER_ONLY)


def flush_folder(folder: Path) -> None:
    """Flush the entries of a folder to disk, so that a renamed file survives a power failure."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
