"""Limits for input files: size, number of rows, and expanded size of compressed files.

A workbook is a ZIP archive. Its central directory is checked first, so that a ZIP bomb is rejected
before anything is decompressed. Then every member is decompressed once, in chunks, to verify the
sizes declared in the directory.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from api.files import facts
from coach.errors import InvalidValueError

MEBIBYTE = 1024 * 1024
MAX_FILE_BYTES = 20 * MEBIBYTE
MAX_CYCLE_FILE_BYTES = MEBIBYTE
MAX_RESULT_BYTES = 256 * MEBIBYTE
MAX_ROWS = 100_000
MAX_COLUMNS = 1_000
MAX_UNPACKED_BYTES = 256 * MEBIBYTE
MAX_COMPRESSION_RATIO = 250  # for members over 1 MiB; sheets of identical rows have about 60
MAX_ARCHIVE_MEMBERS = 2_000
_CHUNK_BYTES = MEBIBYTE
_LOCAL_HEADER = 30  # bytes of a member's header before its name


class UnreadableError(InvalidValueError):
    """The file cannot be read; the message says why and, where possible, what to do about it."""


def check_size(content: bytes, max_bytes: int = MAX_FILE_BYTES) -> None:
    """Check that a file has at most `max_bytes` bytes.

    Raises:
        UnreadableError: the file is larger.
    """
    if len(content) > max_bytes:
        size = round(len(content) / MEBIBYTE, 1)
        raise UnreadableError(facts.TOO_LARGE(size=size, limit=max_bytes // MEBIBYTE))


def check_rows(count: int) -> None:
    """Check that a table has at most `MAX_ROWS` rows below its header.

    Raises:
        UnreadableError: the table has more rows.
    """
    if count > MAX_ROWS:
        raise UnreadableError(facts.TOO_MANY_ROWS(count=MAX_ROWS))


def check_archive(content: bytes) -> None:
    """Check that a ZIP archive is intact and that its expanded size is within the limits.

    Raises:
        UnreadableError: the archive is too large, larger than its directory declares, damaged, or
            encrypted.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_declared_sizes(archive.infolist())
            for member in archive.infolist():
                _check_real_size(archive, member, content)
    except UnreadableError:
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        NotImplementedError,
        EOFError,
        ValueError,  # an offset before the start of the file
        OverflowError,  # an offset beyond the end of any file
    ) as error:
        raise UnreadableError(facts.DAMAGED(reason=str(error))) from None
    except RuntimeError:  # raised by `zipfile` for encrypted members
        raise UnreadableError(facts.PASSWORD()) from None


def _check_declared_sizes(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_ARCHIVE_MEMBERS:
        raise UnreadableError(facts.TOO_MANY_PARTS(count=len(members), limit=MAX_ARCHIVE_MEMBERS))
    if (total := sum(member.file_size for member in members)) > MAX_UNPACKED_BYTES:
        size, limit = round(total / MEBIBYTE), MAX_UNPACKED_BYTES // MEBIBYTE
        raise UnreadableError(facts.EXPANDS_TOO_MUCH(size=size, limit=limit))
    for member in members:
        ratio = member.file_size / max(1, member.compress_size)
        if member.file_size > MEBIBYTE and ratio > MAX_COMPRESSION_RATIO:
            raise UnreadableError(
                facts.PART_EXPANDS_TOO_MUCH(count=round(ratio), limit=MAX_COMPRESSION_RATIO)
            )


def _check_real_size(archive: zipfile.ZipFile, member: zipfile.ZipInfo, content: bytes) -> None:
    """Check a member's size by decompressing it; `zipfile` would stop at the declared size."""
    archive.open(member).close()  # checks the local header against the directory
    if member.compress_type == zipfile.ZIP_STORED:
        return
    if member.compress_type != zipfile.ZIP_DEFLATED:
        raise zipfile.BadZipFile("a part uses an unsupported compression method")
    name_length, extra_length = struct.unpack_from("<HH", content, member.header_offset + 26)
    start = member.header_offset + _LOCAL_HEADER + name_length + extra_length
    packed = content[start : start + member.compress_size]
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    size = 0
    while packed and not inflater.eof:
        size += len(inflater.decompress(packed, _CHUNK_BYTES))
        packed = inflater.unconsumed_tail
        if size > member.file_size:
            raise UnreadableError(facts.DAMAGED(reason=facts.PART_TOO_LARGE()))
