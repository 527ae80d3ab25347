"""Checks that an output folder is new, empty, or contains earlier results."""

from __future__ import annotations

from pathlib import Path

from api.cli import facts
from api.results.folder import RESULT_PARTS
from coach.errors import DomainError


class OutputFolderConflictError(DomainError):
    """The output folder contains other files, which the results would overwrite."""


def check_output_folder(out: Path) -> None:
    """Check that writing results to `out` would not overwrite anything but an earlier result.

    Raises:
        OutputFolderConflictError: `out` is a file, or contains files that would be overwritten.
    """
    if out.exists() and not out.is_dir():
        raise OutputFolderConflictError(facts.OUT_IS_A_FILE(out=str(out)))
    existing = [part for part in RESULT_PARTS if (out / part).exists()]
    if existing and "result.json" not in existing:
        raise OutputFolderConflictError(facts.OUT_HAS_OTHER_FILES(out=str(out), file=existing[0]))
