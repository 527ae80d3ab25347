"""ZIP archives: reproducible office files, and streamed downloads of many files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest timestamp in a ZIP archive


def with_fixed_timestamps(archive: bytes, replacements: Mapping[str, bytes]) -> bytes:
    """Return a copy of a ZIP archive with the same fixed timestamp on all members.

    `replacements` maps member names to new contents. Equal contents give equal bytes.
    """
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
    """Stream a ZIP archive of `members` (name, content); only one of them is held in memory."""
    buffer = _StreamBuffer()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
            yield buffer.drain()
    yield buffer.drain()


class _StreamBuffer:
    """A write-only, unseekable file; `drain` returns what was written since the last call."""

    def __init__(self) -> None:
        self._pending = bytearray()

    def write(self, written: bytes) -> int:
        self._pending += written
        return len(written)

    def flush(self) -> None:
        """Do nothing: there is nothing to flush."""

    def close(self) -> None:
        """Do nothing: there is nothing to close."""

    def drain(self) -> bytes:
        drained = bytes(self._pending)
        self._pending.clear()
        return drained
