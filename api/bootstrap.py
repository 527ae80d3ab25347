"""Opening the database and the key file of a deployment, and checking that they match."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

import api.tables  # noqa: F401 - registers every table
from api.accounts.rows import CredentialRow
from api.audit_trail.rows import AuditRow
from api.crypto.key_ring import Keyring, KeyringError, open_keyring
from api.database import schema
from api.database.engine import Database, readable_database_errors
from api.database.rows import KeyMarkRow
from api.session_reports.rows import NoteKeyRow
from api.settings import Settings
from coach.errors import DomainError

_KEY_FILE_NAME = "key file"


def open_database_and_keyring(settings: Settings) -> tuple[Database, Keyring]:
    """Open the database, which has to be migrated already, and the key ring of a deployment.

    The key file is created on first use of the database.

    Raises:
        SchemaError: the database is of another version.
        DatabaseUnusableError: it does not exist, or cannot be read.
        KeyringError: the key file is missing, invalid, accessible to other users, or belongs to
            another database.
    """
    database = Database(settings.database_url)
    try:
        with readable_database_errors(settings.database_url):
            schema.require_current(database)
            return database, _open_matching_keyring(database, settings)
    except DomainError:
        database.close()
        raise


def _has_encrypted_rows(tx: Transaction) -> bool:
    """Whether there are rows that need a key file, in a database that does not record its mark.

    Databases of older versions do not.
    """
    sealed = (NoteKeyRow.id, AuditRow.number, CredentialRow.id)
    return any(tx.scalar(select(column).limit(1)) is not None for column in sealed)


def _open_matching_keyring(database: Database, settings: Settings) -> Keyring:
    """The key ring this database is used with, created if the database has not been used yet."""
    path = settings.master_key_file
    with database.reading() as tx:
        known = tx.scalar(select(KeyMarkRow.mark).where(KeyMarkRow.name == _KEY_FILE_NAME))
    if known is None:
        with database.writing() as tx:
            first = tx.get(KeyMarkRow, _KEY_FILE_NAME)
            keyring = open_keyring(path, create=first is None and not _has_encrypted_rows(tx))
            if first is None:
                tx.add(KeyMarkRow(name=_KEY_FILE_NAME, mark=keyring.mark))
                return keyring
            known = first.mark  # another process has recorded it in the meantime
    keyring = open_keyring(path, create=False)
    if known != keyring.mark:
        raise KeyringError(
            f"the key file {path} is not the one this database is used with: "
            "replace it with that one, the same on every machine"
        )
    return keyring
