"""ZIP archives: office files with equal bytes for equal content, and many files as one stream."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest a ZIP archive can tell


def with_fixed_timestamps(archive: bytes, replacements: Mapping[str, bytes]) -> bytes:
    """The same ZIP archive with one fixed time on all members, some of them replaced."""
    copy = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as source,
        zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for member in source.infolist():
            entry = zipfile.ZipInfo(member.filename, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, replacements.get(member.filename) or source.read(member))
    return copy.getvalue()


def zip_stream(members: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """A ZIP archive of `members`, names and contents, piece by piece: never whole in memory."""
    buffer = _StreamBuffer()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
            yield buffer.drain()
    yield buffer.drain()


class _StreamBuffer:
    """A file that cannot be gone back in, and gives away what was written since."""

    def __init__(self) -> None:
        self._pending = bytearray()

    def write(self, written: bytes) -> int:
        self._pending += written
        return len(written)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing is open."""

    def drain(self) -> bytes:
        drained = bytes(self._pending)
        self._pending.clear()
        return drained
