"""Checks where a command may write: what exists is kept unless `--force` is given.

With `--force`, only files that belong to a result are replaced, and no other file is deleted. A
link, a device or another special file is never replaced.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from api.cli import facts
from api.files.atomic_write import write_atomically
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
    if not out.exists() and not out.is_symlink():
        return
    if not out.is_dir():
        raise OutputConflictError(facts.OUT_IS_A_FILE(out=str(out)))
    existing = sorted(
        path.name for path in out.iterdir() if not path.name.startswith(SCRATCH_PREFIX)
    )
    if not existing:
        return
    if not force and (sample_sha256 is None or _recorded_sha256(out) != sample_sha256):
        raise OutputConflictError(facts.OUT_IS_NOT_EMPTY(out=str(out), file=existing[0]))
    for path, is_folder in replaced_paths(out):
        expected = path.is_dir() if is_folder else path.is_file()
        if path.is_symlink() or not expected:
            raise OutputConflictError(facts.OUT_IS_SPECIAL(out=str(path)))


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
