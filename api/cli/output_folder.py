"""Checks that a command may write to a path: without `--force`, existing files are kept.

With `--force`, only files that belong to a result are replaced, and no other file is deleted.
Symbolic links, devices and other special files are never replaced.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from api.cli import facts
from api.files.atomic_write import write_atomically
from api.files.facts import CANNOT_WRITE
from api.results.folder import SCRATCH_PREFIX, replaced_paths
from coach.errors import DomainError

STANDARD_OUTPUT = Path("-")


class OutputConflictError(DomainError):
    """An output file or folder exists and must not be replaced."""


def check_output_folder(out: Path, *, force: bool, sample_sha256: str | None = None) -> None:
    """Check that results may be written to the folder `out`.

    With `sample_sha256`, the fingerprint of the sample cycle, a folder with a result of the sample
    cycle may be replaced without `force`.

    Raises:
        OutputConflictError: `out` is not a folder, or contains files that must not be replaced.
    """
    if not (existing := _existing(out)):
        return
    if not force and (sample_sha256 is None or _recorded_sha256(out) != sample_sha256):
        raise OutputConflictError(facts.OUT_IS_NOT_EMPTY(out=str(out), file=existing[0]))
    for path, is_folder in replaced_paths(out):
        expected = path.is_dir() if is_folder else path.is_file()
        if path.is_symlink() or not expected:
            raise OutputConflictError(facts.OUT_IS_SPECIAL(out=str(path)))


def check_files_in_folder(out: Path, names: Iterable[str], *, force: bool) -> None:
    """Check that files with these names may be written to the folder `out`.

    Raises:
        OutputConflictError: `out` is not a folder, or it is not empty and `force` is not set, or a
            file that would be replaced is not a regular file.
    """
    existing = _existing(out)
    if existing and not force:
        raise OutputConflictError(facts.OUT_IS_NOT_EMPTY(out=str(out), file=existing[0]))
    for name in names:
        check_output_file(out / name, force=force)


def write_files_in_folder(out: Path, files: Mapping[str, bytes]) -> None:
    """Write files to the folder `out`, which is created if it does not exist.

    All files are written to a temporary folder first, so that none is replaced if the disk is full.

    Raises:
        DomainError: `out` is not writable.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=SCRATCH_PREFIX, dir=out) as scratch:
            for name, content in files.items():
                Path(scratch, name).write_bytes(content)
            for name in files:
                Path(scratch, name).replace(out / name)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DomainError(CANNOT_WRITE(path=str(out), reason=reason)) from error


def _existing(out: Path) -> list[str]:
    """Return the names in the folder `out`, excluding scratch folders; none if it does not exist.

    Raises:
        OutputConflictError: `out` is not a folder.
    """
    if not out.exists() and not out.is_symlink():
        return []
    if not out.is_dir():
        raise OutputConflictError(facts.OUT_IS_A_FILE(out=str(out)))
    return sorted(path.name for path in out.iterdir() if not path.name.startswith(SCRATCH_PREFIX))


def check_output_file(out: Path, *, force: bool) -> None:
    """Check that the file `out` may be written; `-` is standard output.

    Raises:
        OutputConflictError: `out` exists and `force` is not set, or it is not a regular file.
    """
    if out == STANDARD_OUTPUT:
        return
    if out.is_symlink() or (out.exists() and not out.is_file()):
        raise OutputConflictError(facts.OUT_IS_SPECIAL(out=str(out)))
    if out.exists() and not force:
        raise OutputConflictError(facts.OUT_EXISTS(out=str(out)))


def write_output_file(out: Path, content: bytes) -> None:
    """Write `content` to the file `out`, or to standard output if `out` is `-`.

    Raises:
        DomainError: the file cannot be written.
    """
    if out == STANDARD_OUTPUT:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        write_atomically(out, content)


def _recorded_sha256(out: Path) -> str | None:
    """Return the fingerprint of the inputs in `run.json`, or `None` if it cannot be read."""
    try:
        recorded = json.loads((out / "run.json").read_bytes())["run"]["input_sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return recorded if isinstance(recorded, str) else None
