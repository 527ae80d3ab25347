"""Where results may be written: a new folder, an empty one, or one with earlier results."""

from __future__ import annotations

from pathlib import Path

from api.results.folder import RESULT_PARTS
from coach.errors import DomainError


class OutputFolderConflictError(DomainError):
    """The folder holds something of somebody else that results would replace."""


def check_output_folder(out: Path) -> None:
    """Refuse a place where writing results would replace what is not an earlier result.

    Raises:
        OutputFolderConflictError: with what stands in the way.
    """
    if out.exists() and not out.is_dir():
        raise OutputFolderConflictError(f"{out} is a file; name a folder with --out")
    existing = [part for part in RESULT_PARTS if (out / part).exists()]
    if existing and "result.json" not in existing:
        raise OutputFolderConflictError(
            f"{out} holds {existing[0]} but no result.json, so it is no folder of earlier results; "
            "name another folder with --out"
        )
