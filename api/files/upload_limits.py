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

MEBIBYTE = 1024 * 1024
MAX_FILE_BYTES = 20 * MEBIBYTE
MAX_CYCLE_FILE_BYTES = MEBIBYTE
MAX_RESULT_BYTES = 256 * MEBIBYTE
MAX_ROWS = 100_000
MAX_UNPACKED_BYTES = 256 * MEBIBYTE
MAX_COMPRESSION_RATIO = 250  # of members over 1 MiB; sheets of identical rows reach about 60
MAX_ARCHIVE_MEMBERS = 2_000
_CHUNK_BYTES = MEBIBYTE
_LOCAL_HEADER = 30  # length of a member's header before its name


class UnreadableError(ValueError):
    """The file cannot be read; the message says why and what to do."""


def check_size(content: bytes, max_bytes: int = MAX_FILE_BYTES) -> None:
    """Check that a file has at most `max_bytes` bytes.

    Raises:
        UnreadableError: the file is larger.
    """
    if len(content) > max_bytes:
        raise UnreadableError(
            f"the file is too large ({len(content) / MEBIBYTE:.1f} MiB); the limit is "
            f"{max_bytes // MEBIBYTE} MiB"
        )


def check_rows(count: int) -> None:
    """Check that a table has at most `MAX_ROWS` rows below its header.

    Raises:
        UnreadableError: the table has more rows.
    """
    if count > MAX_ROWS:
        raise UnreadableError(
            f"the table has more than {MAX_ROWS} rows; split it into several files"
        )


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
        raise UnreadableError(
            f"the workbook is damaged ({error}); open it in a spreadsheet program and save it again"
        ) from None
    except RuntimeError:  # raised by `zipfile` for encrypted members
        raise UnreadableError(
            "the workbook is protected with a password; save it without one"
        ) from None


def _check_declared_sizes(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_ARCHIVE_MEMBERS:
        raise UnreadableError(
            f"the workbook has {len(members)} parts; at most {MAX_ARCHIVE_MEMBERS} are allowed"
        )
    if (total := sum(member.file_size for member in members)) > MAX_UNPACKED_BYTES:
        raise UnreadableError(
            f"the workbook expands to {total / MEBIBYTE:.0f} MiB; the limit is "
            f"{MAX_UNPACKED_BYTES // MEBIBYTE} MiB"
        )
    for member in members:
        ratio = member.file_size / max(1, member.compress_size)
        if member.file_size > MEBIBYTE and ratio > MAX_COMPRESSION_RATIO:
            raise UnreadableError(
                f"a part of the workbook expands to {ratio:.0f} times its size; "
                f"the limit is {MAX_COMPRESSION_RATIO} times"
            )


def _check_real_size(archive: zipfile.ZipFile, member: zipfile.ZipInfo, content: bytes) -> None:
    """Decompress a member in chunks, because `zipfile` would stop at the declared size."""
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
            raise UnreadableError(
                "the workbook is damaged (a part is larger than declared); open it in a "
                "spreadsheet program and save it again"
            )
