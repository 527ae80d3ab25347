"""Recognises files that are not people lists in a supported format, regardless of their names."""

from __future__ import annotations

import io
import zipfile

from api.files import facts
from api.files.upload_limits import UnreadableError
from coach.texts.facts import Fact

ZIP_SIGNATURE = b"PK\x03\x04"
OLE_SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
_PEEK_BYTES = 1_000
_TEXT_FORMATS = (
    (b"%pdf-", facts.PDF),
    (b"{\\rtf", facts.TEXT_DOCUMENT),
    *((prefix, facts.HTML) for prefix in (b"<!doctype html", b"<html", b"<table", b"<head")),
)


def check_format(content: bytes) -> None:
    """Check that a file could be a readable text file or workbook.

    Raises:
        UnreadableError: the file has another format; the message suggests a solution.
    """
    found = _other_format(content)
    if found is not None:
        raise UnreadableError(found)


def _other_format(content: bytes) -> Fact | None:
    if content.startswith(OLE_SIGNATURE):
        return _compound_file(content)
    if content.startswith(ZIP_SIGNATURE):
        return _archive(content)
    start = content[:_PEEK_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"<?xml"):
        return facts.HTML() if b"<html" in start else facts.XML()
    return next((found() for prefix, found in _TEXT_FORMATS if start.startswith(prefix)), None)


def _compound_file(content: bytes) -> Fact:
    """Distinguish files with the OLE signature by the names of their streams."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        return facts.PASSWORD()
    if "WordDocument".encode("utf-16-le") in content:
        return facts.TEXT_DOCUMENT()
    return facts.OLD_WORKBOOK()


def _archive(content: bytes) -> Fact | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError):
        return None  # reading it as a workbook reports what is wrong
    if any(name.startswith("Index/") and name.endswith(".iwa") for name in names):
        return facts.NUMBERS()
    if "word/document.xml" in names or b"application/vnd.oasis.opendocument.text" in content[:100]:
        return facts.TEXT_DOCUMENT()
    if names and not any(name.startswith("xl/") or name == "content.xml" for name in names):
        return facts.ARCHIVE()
    return None
