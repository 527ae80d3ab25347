"""Copies all rows between databases, each of which is either SQLite or PostgreSQL.

Both databases have the same job engine tables: PostgreSQL in the schema `dbos`, SQLite without a
schema. These tables are reflected, because this application does not define them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import JSON, Connection, MetaData, Table, func, insert, inspect, select, text

from api.database import facts
from api.database.engine import jobs_schema
from api.database.schema import METADATA, VERSION_TABLE
from coach.errors import DomainError

_VERSION_TABLES = frozenset({"dbos_migrations", VERSION_TABLE})
_BATCH_SIZE = 500

Counts = dict[str, int]


class RowsLostError(DomainError):
    """After copying, a table has fewer or more rows in the target than in the source."""


def copy_rows(source: Connection, target: Connection) -> Counts:
    """Copy all rows of `source` into the empty tables of `target`, and return row counts by table.

    The caller must commit.

    Raises:
        RowsLostError: a table has a different number of rows afterwards.
    """
    counts: Counts = {}
    for name, (read, write) in _table_pairs(source, target).items():
        for rows in _in_batches(source, read):
            target.execute(insert(write), [_converted_row(row, read, write) for row in rows])
        counts[name] = _count(source, read)
        if _count(target, write) != counts[name]:
            raise RowsLostError(facts.ROWS_LOST(table=name))
    return counts


def has_no_rows(connection: Connection) -> bool:
    """Return whether every table of this application is empty or missing."""
    there = set(inspect(connection).get_table_names())
    return all(
        connection.execute(select(table).limit(1)).first() is None
        for table in METADATA.sorted_tables
        if table.name in there
    )


def truncate_all_tables(connection: Connection) -> None:
    """Delete all rows in PostgreSQL, except schema versions, in the current transaction."""
    names = ", ".join(
        connection.dialect.identifier_preparer.format_table(table)
        for table in (*METADATA.sorted_tables, *job_tables(connection).values())
    )
    connection.execute(text(f"TRUNCATE {names}"))


def _table_pairs(source: Connection, target: Connection) -> dict[str, tuple[Table, Table]]:
    """Return the pairs of tables to copy, keyed by name, with referenced tables first."""
    ours: list[Table] = METADATA.sorted_tables
    here, there = job_tables(source), job_tables(target)
    return {table.name: (table, table) for table in ours} | {
        name: (here[name], there[name]) for name in here if name in there
    }


def job_tables(connection: Connection) -> dict[str, Table]:
    """Return the job engine's tables by name, except the table that contains its version."""
    schema = jobs_schema(connection)
    known = MetaData()
    known.reflect(connection, schema=schema)
    excluded = _VERSION_TABLES | METADATA.tables.keys()
    return {table.name: table for table in known.sorted_tables if table.name not in excluded}


def _in_batches(source: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    streamed = source.execution_options(yield_per=_BATCH_SIZE).execute(select(table))
    for part in streamed.mappings().partitions():
        yield [dict(row) for row in part]


def _converted_row(row: dict[str, Any], read: Table, write: Table) -> dict[str, Any]:
    """Return `row` as a row of `write`, converting between JSON columns and text columns."""
    return {
        name: _converter(read.c[name].type, write.c[name].type)(value)
        for name, value in row.items()
        if name in write.c
    }


def _converter(before: object, after: object) -> Callable[[Any], Any]:
    if isinstance(before, JSON) == isinstance(after, JSON):
        return lambda value: value
    convert: Callable[[Any], Any] = json.dumps if isinstance(before, JSON) else json.loads
    return lambda value: None if value is None else convert(value)


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()
