"""A program of its own that turns a workbook on standard input into rows of text, as JSON.

It runs in a child process with bounded memory and time, because what a workbook costs shows only
while it is read: a sheet of two cells can span seventeen thousand million.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from datetime import datetime, time, timedelta
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

LARGEST_MEMORY = 3 * 1024**3 // 2
LONGEST_CPU_SECONDS = 20
MOST_COLUMNS = 1_000


def cell_text(value: Any) -> str:  # noqa: ANN401 - whatever a cell can hold
    """A typed cell as a person writes it into a CSV file: `3`, `2027-02-01`, `09:00`, `yes`."""
    match value:
        case bool():
            return "yes" if value else "no"
        case float() if value.is_integer():
            return str(int(value))
        case datetime():
            at_midnight = value.time() == time()
            return str(value.date()) if at_midnight else value.isoformat(" ", "minutes")
        case time():
            return value.isoformat("minutes")
        case timedelta():
            minutes = int(value.total_seconds() // 60)
            return f"{minutes // 60:02d}:{minutes % 60:02d}"
    return str(value)  # a date too: ISO 8601


class SheetTooLargeError(ValueError):
    """The sheet has more rows or columns than are read."""


def sheet_rows(content: bytes, sheet: str, most_rows: int) -> list[list[str]]:
    """Rows of the sheet named `sheet` in whatever case, or else of the first, from row 1."""
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
        named = [name for name in workbook.sheet_names if name.strip().casefold() == sheet]
        if not workbook.sheet_names:
            return []
        chosen = workbook.get_sheet_by_name((named or workbook.sheet_names)[0])
        height, width = (place + 1 for place in chosen.end or (0, 0))
        if height > most_rows or width > MOST_COLUMNS:
            raise SheetTooLargeError(
                f"the sheet {chosen.name!r} has {height} rows and {width} columns; "
                f"at most {most_rows} and {MOST_COLUMNS} are read"
            )
        rows = chosen.to_python(skip_empty_area=False)
    return [[cell_text(value) for value in row] for row in rows]


def main() -> None:
    """Read standard input; write `{"rows": …}` or `{"error": …}`."""
    resource.setrlimit(resource.RLIMIT_AS, (LARGEST_MEMORY, LARGEST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (LONGEST_CPU_SECONDS, LONGEST_CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sheet, most_rows = sys.argv[1], int(sys.argv[2])
    answer: dict[str, Any]
    try:
        answer = {"rows": sheet_rows(sys.stdin.buffer.read(), sheet, most_rows)}
    except (CalamineError, ValueError, OverflowError, MemoryError) as error:
        answer = {"error": str(error) or type(error).__name__}
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # calamine's own way out, of no public class
            raise
        answer = {"error": "its structure is broken"}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
