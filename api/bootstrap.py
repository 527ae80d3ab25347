"""Opens a deployment's database and key file, and checks that they belong together."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

import api.tables  # noqa: F401 - registers every table
from api.accounts.rows import CredentialRow
from api.audit_trail.rows import AuditRow
from api.audit_trail.sealed_tables import seal_tables_once
from api.crypto import facts
from api.crypto.key_ring import Keyring, KeyringError, create_keyring, open_keyring
from api.database import schema
from api.database.engine import Database, readable_database_errors
from api.database.rows import BACKUPS_VERSION, KEY_FILE, MASTER_VERSION, KeyMarkRow
from api.session_reports.rows import NoteKeyRow
from api.settings import Settings
from coach.errors import DomainError


def open_database_and_keyring(settings: Settings) -> tuple[Database, Keyring]:
    """Open a deployment's key ring and its database, which must already be migrated.

    The key file is created when the database is first used, unless a setting or systemd provides
    it. Rows that an older version wrote without seals are sealed.

    Raises:
        SchemaError: the database schema belongs to a different version.
        DatabaseUnusableError: the database does not exist or cannot be read.
        KeyringError: the key file is missing, invalid, out of date, accessible to other users, or
            belongs to another database.
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

    Databases created by older versions contain such rows, but no fingerprint of the key file.
    """
    sealed = (NoteKeyRow.id, AuditRow.number, CredentialRow.id)
    return any(tx.scalar(select(column).limit(1)) is not None for column in sealed)


def read_keyring(settings: Settings) -> Keyring:
    """Read a deployment's key file.

    Raises:
        KeyringError: the key file is missing, invalid, or accessible to other users.
    """
    path = settings.master_key_file
    if settings.key_file_is_read_only and not path.exists():
        raise KeyringError(facts.KEY_FILE_TO_CREATE(path=str(path)))
    return open_keyring(path, create=False, credential=settings.key_file_is_credential)


def _open_matching_keyring(database: Database, settings: Settings) -> Keyring:
    """Return the key ring that belongs to this database, creating one if the database is unused."""
    path = settings.master_key_file
    with database.reading() as tx:
        marks = _key_marks(tx)
    if KEY_FILE not in marks:
        with database.writing() as tx:
            marks = _key_marks(tx)  # another process may have recorded its mark in the meantime
            if KEY_FILE not in marks:
                if _may_create_key_file(tx, settings):
                    create_keyring(path)
                keyring = read_keyring(settings)
                tx.add(KeyMarkRow(name=KEY_FILE, mark=keyring.mark))
                return keyring
    keyring = read_keyring(settings)
    if marks[KEY_FILE] != keyring.mark:
        raise KeyringError(facts.KEY_FILE_OF_OTHER_DATABASE(path=str(path)))
    newest = int(marks.get(MASTER_VERSION, 0))
    if newest > keyring.master_version:
        raise KeyringError(facts.KEY_FILE_OUTDATED(path=str(path), version=newest))
    newest = int(marks.get(BACKUPS_VERSION, 0))
    if newest > keyring.backups_version:
        raise KeyringError(facts.BACKUPS_KEY_OUTDATED(path=str(path), version=newest))
    return keyring


def _key_marks(tx: Transaction) -> dict[str, str]:
    return {row.name: row.mark for row in tx.scalars(select(KeyMarkRow))}


def _may_create_key_file(tx: Transaction, settings: Settings) -> bool:
    return (
        not settings.master_key_file.exists()
        and not settings.key_file_is_read_only
        and not _has_encrypted_rows(tx)
    )
