"""A sparse matrix with vectorised lookups."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from matching.rules.rule import Indices


class SparseMatrix:
    """A sparse `int16` matrix in which all cells that are not stored have a default value.

    A lookup searches only for cells whose row and column both contain a stored cell.
    """

    def __init__(
        self, cells: Iterable[tuple[int, int, int]], rows: int, columns: int, default: int = 0
    ) -> None:
        """Create a `rows` x `columns` matrix from distinct `(row, column, value)` cells."""
        table = np.array(sorted(cells), dtype=np.int64).reshape(-1, 3)
        self._columns = columns
        self._default = default
        self._keys = table[:, 0] * columns + table[:, 1]
        self._values = table[:, 2].astype(np.int16)
        self._in_row = np.zeros(rows, dtype=np.bool_)
        self._in_row[table[:, 0]] = True
        self._in_column = np.zeros(columns, dtype=np.bool_)
        self._in_column[table[:, 1]] = True

    def at(self, row: Indices, column: Indices) -> NDArray[np.int16]:
        """Return the `int16` values of the broadcast cells, or `default` for cells not stored."""
        rows, columns = np.broadcast_arrays(row, column)
        values = np.full(rows.shape, self._default, dtype=np.int16)
        if len(self._keys):
            cells = np.nonzero(self._in_row[row] & self._in_column[column])
            wanted = rows[cells].astype(np.int64) * self._columns + columns[cells]
            place = np.minimum(np.searchsorted(self._keys, wanted), len(self._keys) - 1)
            found = self._keys[place] == wanted
            values[cells] = np.where(found, self._values[place], self._default)
        return values
