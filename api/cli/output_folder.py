"""Where results may be written: a new folder, an empty one, or one with earlier results."""

from __future__ import annotations

from pathlib import Path

from api.results.folder import PARTS
from coach.errors import ProgrammeError


class NoPlaceForResultsError(ProgrammeError):
    """The folder holds something of somebody else that results would replace."""


def check_out_folder(out: Path) -> None:
    """Refuse a place where writing results would replace what is not an earlier result.

    Raises:
        NoPlaceForResultsError: with what stands in the way.
    """
    if out.exists() and not out.is_dir():
        raise NoPlaceForResultsError(f"{out} is a file; name a folder with --out")
    there = [part for part in PARTS if (out / part).exists()]
    if there and "result.json" not in there:
        raise NoPlaceForResultsError(
            f"{out} holds {there[0]} but no result.json, so it is no folder of earlier results; "
            "name another folder with --out"
        )
