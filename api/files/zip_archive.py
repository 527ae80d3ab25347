"""ZIP archives: reproducible office files, and streamed downloads of many files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest timestamp in a ZIP archive


def with_fixed_timestamps(archive: bytes, replacements: Mapping[str, bytes]) -> bytes:
    """Return a copy of a ZIP archive in which all members have the same fixed timestamp.

    `replacements` maps member names to new contents. Equal contents produce equal bytes.
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
    """Yield a ZIP archive of `members` (name and content) in chunks of one member each.

    A last chunk contains the directory of the archive.
    """
    buffer = _StreamBuffer()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
            yield buffer.drain()
    yield buffer.drain()


class _StreamBuffer:
    """A write-only, unseekable file; `drain` returns the bytes written since the last call."""

    def __init__(self) -> None:
        self._pending = bytearray()

    def write(self, written: bytes) -> int:
        self._pending += written
        return len(written)

    def flush(self) -> None:
        """Do nothing. Required by the file interface."""

    def close(self) -> None:
        """Do nothing. Required by the file interface."""

    def drain(self) -> bytes:
        drained = bytes(self._pending)
        self._pending.clear()
        return drained
