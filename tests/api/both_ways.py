"""Compares the database changes that an action makes through the API and on a page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy import Column, LargeBinary

from api.database.schema import METADATA

if TYPE_CHECKING:
    from conftest import World

    from api.database.engine import Database

_STAMP = re.compile(r"'stamp': '[^']*'")  # the time at which a message was created
_IDENTIFIER = re.compile(r"'[0-9a-f]{20}'")
_VARIABLE = ("id", "_id", "_at", "sha256", "_hash", "seal", "at")


def changed_rows(world: World, action: Callable[[], object]) -> Counter[tuple[object, ...]]:
    """Perform an action, and return the rows that it adds or changes in any table.

    Identifiers, times, ciphertexts and hashes differ between actions, so only whether they are set
    is compared. `last_used_at` and `queued_at` are ignored.
    """
    before = _rows(world.database)
    action()
    return Counter(_comparable(row) for row in (_rows(world.database) - before).elements())


def _rows(database: Database) -> Counter[tuple[tuple[Column[object], str], ...]]:
    with database.reading() as tx:
        return Counter(
            tuple(
                (column, repr(value))
                for column, value in zip(table.columns, row, strict=True)
                if column.name not in {"last_used_at", "queued_at"}
            )
            for table in METADATA.sorted_tables
            for row in tx.execute(table.select())
        )


def _comparable(row: tuple[tuple[Column[object], str], ...]) -> tuple[object, ...]:
    table = row[0][0].table.name
    return (table, *((column.name, _stable(column, value)) for column, value in row))


def _stable(column: Column[object], value: str) -> object:
    is_variable = (
        column.name.endswith(_VARIABLE)
        or isinstance(column.type, LargeBinary)
        or (column.table.name, column.name) == ("audit", "number")
    )
    return value != "None" if is_variable else _IDENTIFIER.sub("", _STAMP.sub("", value))
