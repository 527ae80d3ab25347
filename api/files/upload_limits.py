"""What an input file may cost: its size, its rows, and what a packed one unpacks to.

A workbook is a ZIP archive. Its directory is read first, so that a bomb is refused before anything
of it is unpacked; then every member is unpacked once, in pieces, to see that the directory told
the truth.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

MEBIBYTE = 1024 * 1024
MAX_FILE_BYTES = 20 * MEBIBYTE
MAX_CYCLE_FILE_BYTES = MEBIBYTE
MAX_RESULT_BYTES = 256 * MEBIBYTE
MAX_ROWS = 100_000
MAX_UNPACKED_BYTES = 256 * MEBIBYTE
MAX_COMPRESSION_RATIO = 250  # of a member above 1 MiB; sheets of equal rows reach about 60
MAX_ARCHIVE_MEMBERS = 2_000
_CHUNK_BYTES = MEBIBYTE
_LOCAL_HEADER = 30  # bytes before a member's name


class UnreadableError(ValueError):
    """A file that cannot be read as a whole; the message says why and what to do."""


def check_size(content: bytes, max_bytes: int = MAX_FILE_BYTES) -> None:
    """Refuse a file of more than `max_bytes` bytes."""
    if len(content) > max_bytes:
        raise UnreadableError(
            f"the file has {len(content) / MEBIBYTE:.1f} MiB; at most "
            f"{max_bytes // MEBIBYTE} MiB are read"
        )


def check_rows(count: int) -> None:
    """Refuse a table of more than `MAX_ROWS` rows below its header."""
    if count > MAX_ROWS:
        raise UnreadableError(f"the table has more than {MAX_ROWS} rows; split it")


def check_archive(content: bytes) -> None:
    """Refuse an archive that unpacks to too much, or to more than its directory says.

    Raises:
        UnreadableError: it is too large, lies about its size, or is no whole archive.
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
        ValueError,  # a place before the beginning of the file
        OverflowError,  # a place beyond the end of any file
    ) as error:
        raise UnreadableError(
            f"the workbook is damaged ({error}); open it and save it again"
        ) from None
    except RuntimeError:  # what `zipfile` raises for an encrypted member
        raise UnreadableError(
            "the workbook is locked with a password; save it without one"
        ) from None


def _check_declared_sizes(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_ARCHIVE_MEMBERS:
        raise UnreadableError(
            f"the workbook holds {len(members)} parts; at most {MAX_ARCHIVE_MEMBERS} are read"
        )
    if (total := sum(member.file_size for member in members)) > MAX_UNPACKED_BYTES:
        raise UnreadableError(
            f"the workbook unpacks to {total / MEBIBYTE:.0f} MiB; at most "
            f"{MAX_UNPACKED_BYTES // MEBIBYTE} MiB are read"
        )
    for member in members:
        ratio = member.file_size / max(1, member.compress_size)
        if member.file_size > MEBIBYTE and ratio > MAX_COMPRESSION_RATIO:
            raise UnreadableError(
                f"a part of the workbook unpacks to {ratio:.0f} times its size; "
                f"at most {MAX_COMPRESSION_RATIO} times are read"
            )


def _check_real_size(archive: zipfile.ZipFile, member: zipfile.ZipInfo, content: bytes) -> None:
    """Unpack a member in pieces: `zipfile` itself would stop at the declared size."""
    archive.open(member).close()  # compares the local header with the directory
    if member.compress_type == zipfile.ZIP_STORED:
        return
    if member.compress_type != zipfile.ZIP_DEFLATED:
        raise zipfile.BadZipFile("a part is packed by a method that workbooks do not use")
    name_length, extra_length = struct.unpack_from("<HH", content, member.header_offset + 26)
    start = member.header_offset + _LOCAL_HEADER + name_length + extra_length
    packed = content[start : start + member.compress_size]
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    size = 0
    while packed and not inflater.eof:
        size += len(inflater.decompress(packed, _CHUNK_BYTES))
        packed = inflater.unconsumed_tail
        if size > member.file_size:
            raise UnreadableError("the workbook unpacks to more than its directory declares")
