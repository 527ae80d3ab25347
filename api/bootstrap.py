"""Opens a deployment's database and key file, and checks that they belong together."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

import api.tables  # noqa: F401 - registers every table
from api.accounts.rows import CredentialRow
from api.audit_trail.rows import AuditRow
from api.audit_trail.sealed_tables import seal_tables_once
from api.crypto import facts
from api.crypto.key_ring import Keyring, KeyringError, open_keyring
from api.database import schema
from api.database.engine import Database, readable_database_errors
from api.database.rows import KeyMarkRow
from api.session_reports.rows import NoteKeyRow
from api.settings import Settings
from coach.errors import DomainError

_KEY_FILE_NAME = "key file"


def open_database_and_keyring(settings: Settings) -> tuple[Database, Keyring]:
    """Open a deployment's key ring and its database, which must already be migrated.

    The key file is created when the database is first used.

    Raises:
        SchemaError: the database schema belongs to a different version.
        DatabaseUnusableError: the database does not exist or cannot be read.
        KeyringError: the key file is missing, invalid, accessible to other users, or belongs to
            another database.
    """
    database = Database(settings.database_url)
    try:
        with readable_database_errors(settings.database_url):
            schema.require_current(database)
            keyring = _open_matching_keyring(database, settings)
            seal_tables_once(database, keyring, settings.data_dir)
            return database, keyring
    except DomainError:
        database.close()
        raise


def _has_encrypted_rows(tx: Transaction) -> bool:
    """Return whether the database contains rows that require an existing key file.

    Databases created by older versions contain such rows without a recorded key mark.
    """
    sealed = (NoteKeyRow.id, AuditRow.number, CredentialRow.id)
    return any(tx.scalar(select(column).limit(1)) is not None for column in sealed)


def _open_matching_keyring(database: Database, settings: Settings) -> Keyring:
    """Return the key ring that belongs to this database; create one if the database is unused."""
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
            known = first.mark  # another process recorded its mark in the meantime
    keyring = open_keyring(path, create=False)
    if known != keyring.mark:
        raise KeyringError(facts.KEY_FILE_OF_OTHER_DATABASE(path=str(path)))
    return keyring
