"""ZIP archives: office files with equal bytes for equal content, and many files as one stream."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping

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


def zip_stream(members: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """A ZIP archive of `members`, names and contents, piece by piece: never whole in memory."""
    passed_on = _PassedOn()
    with zipfile.ZipFile(passed_on, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            entry = zipfile.ZipInfo(name, _FIXED)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
            yield passed_on.take()
    yield passed_on.take()


class _PassedOn:
    """A file that cannot be gone back in, and gives away what was written since."""

    def __init__(self) -> None:
        self._since = bytearray()

    def write(self, written: bytes) -> int:
        self._since += written
        return len(written)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing is open."""

    def take(self) -> bytes:
        taken = bytes(self._since)
        self._since.clear()
        return taken
