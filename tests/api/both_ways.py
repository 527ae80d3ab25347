"""Comparing what one act leaves in the database, done by its JSON route and done on its page."""

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

_STAMP = re.compile(r"'stamp': '[^']*'")  # when a message was written
_IDENTIFIER = re.compile(r"'[0-9a-f]{20}'")
_BY_CHANCE = ("id", "_id", "_at", "sha256", "_hash", "seal", "at")


def changed_rows(world: World, act: Callable[[], object]) -> Counter[tuple[object, ...]]:
    """The rows that `act` adds or changes, in every table.

    Identifiers, times, ciphertexts and hashes, which no two acts have in common, count as set or
    not set. The last use of a credential and which mail of a release is queued first are ignored.
    """
    before = _rows(world.database)
    act()
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
    by_chance = (
        column.name.endswith(_BY_CHANCE)
        or isinstance(column.type, LargeBinary)
        or (column.table.name, column.name) == ("audit", "number")
    )
    return value != "None" if by_chance else _IDENTIFIER.sub("", _STAMP.sub("", value))
