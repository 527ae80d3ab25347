"""Seals the rows that an older version wrote without seals, once after the upgrade."""

from __future__ import annotations

import logging
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.crypto.key_ring import Keyring
from api.crypto.row_seal import (
    SealedRow,
    has_rows_without_seal,
    seal_existing_rows,
    seal_info,
    sealed_tables,
)
from api.database.engine import Database
from api.database.rows import SealedTableRow
from api.files.private_files import OWNER_ONLY_FOLDER, write_private_file
from api.http.principal import SYSTEM
from api.services import context_setter, utc_now

_LOG = logging.getLogger(__name__)
_FILE_NAME = "sealed-tables"


def seal_tables_once(database: Database, keyring: Keyring, folder: Path) -> None:
    """Seal the rows of each table that was not sealed at an earlier start-up.

    The names of sealed tables are stored in the database and in a file in the data folder. A table
    named in either is not sealed again, because its rows without a seal may be forged; if only the
    file names it and there are such rows, an error is logged. The file prevents an attacker with
    write access to only the database from having forged rows sealed by deleting the table's name
    there.
    """
    file, tables = folder / _FILE_NAME, sealed_tables()
    in_file = set(file.read_text(encoding="utf-8").split()) if file.exists() else set()
    with database.reading() as tx:
        missing = tables.keys() - set(tx.scalars(select(SealedTableRow.name)))
    if missing:
        set_context = context_setter(keyring, lambda: SYSTEM, utc_now)
        with database.on_behalf_of(set_context, seal_info(keyring)).writing() as tx:
            for name in sorted(missing):
                if name in in_file and has_rows_without_seal(tx, tables[name]):
                    _LOG.error(
                        "rows of %s have no seal and are refused. If you put an older database in "
                        "place yourself, delete %s and start again",
                        name,
                        file,
                    )
                else:
                    _seal_table(tx, name, tables[name])
    if tables.keys() - in_file:
        content = "".join(f"{name}\n" for name in sorted(tables.keys() | in_file))
        folder.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
        write_private_file(file, content.encode())


def _seal_table(tx: Transaction, name: str, row_type: type[SealedRow]) -> None:
    """Seal a table's rows and record this, unless another process has done so in the meantime."""
    if tx.get(SealedTableRow, name) is not None:
        return
    rows = seal_existing_rows(tx, row_type)
    tx.add(SealedTableRow(name=name, sealed_at=utc_now()))
    if rows:
        record_event(tx, "rows sealed", "database", "main", table=name, rows=rows)
