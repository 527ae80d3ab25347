"""The folders that results may be written to: new, empty, or with earlier results."""

from __future__ import annotations

from pathlib import Path

from api.results.folder import RESULT_PARTS
from coach.errors import DomainError


class OutputFolderConflictError(DomainError):
    """The folder contains something other than results that would be replaced."""


def check_output_folder(out: Path) -> None:
    """Refuse a folder where results would replace something other than an earlier result.

    Raises:
        OutputFolderConflictError: names what would be replaced.
    """
    if out.exists() and not out.is_dir():
        raise OutputFolderConflictError(f"{out} is a file; choose a folder with --out")
    existing = [part for part in RESULT_PARTS if (out / part).exists()]
    if existing and "result.json" not in existing:
        raise OutputFolderConflictError(
            f"{out} contains {existing[0]} but no result.json, so it is not a results folder; "
            "choose another folder with --out"
        )
