"""Parses database URLs, and removes passwords from them for messages."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from api.database import facts
from api.files.private_files import OWNER_ONLY_FOLDER
from coach.errors import DomainError


class DatabaseUnusableError(DomainError):
    """The database URL is invalid or not supported, or the database cannot be read or written."""


def parse_url(url: str) -> URL:
    """Parse the URL of a supported database.

    Raises:
        DatabaseUnusableError: the URL is invalid, or the database is not supported.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise DatabaseUnusableError(facts.INVALID_URL()) from None
    if parsed.get_backend_name() not in {"sqlite", "postgresql"}:
        raise DatabaseUnusableError(facts.NOT_SUPPORTED(backend=parsed.get_backend_name()))
    return parsed


def make_folder(url: URL) -> None:
    """Create the folder of a SQLite file.

    Raises:
        DatabaseUnusableError: the folder cannot be created.
    """
    if url.database:
        try:
            folder = Path(url.database).parent
            folder.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseUnusableError(
                facts.CANNOT_CREATE_FOLDER(path=redacted(url), reason=str(error.strerror))
            ) from error


def redacted(url: URL) -> str:
    """Return the URL without its password or, for SQLite, the path of the file."""
    return url.database or "" if url.get_backend_name() == "sqlite" else url.render_as_string()
