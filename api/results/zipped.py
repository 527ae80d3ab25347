"""Office files are ZIP archives that carry the time of writing; equal content should be equal."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

_FIXED = (1980, 1, 1, 0, 0, 0)  # the earliest a ZIP archive can tell


def with_fixed_times(archive: bytes, replaced: Mapping[str, bytes]) -> bytes:
    """The same ZIP archive with one fixed time on all its members, and some members `replaced`."""
    copy = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as source,
        zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for member in source.infolist():
            entry = zipfile.ZipInfo(member.filename, _FIXED)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, replaced.get(member.filename) or source.read(member))
    return copy.getvalue()
