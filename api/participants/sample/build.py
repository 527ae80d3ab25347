"""Build the sample files: `python -m api.participants.sample.build [FOLDER]`.

The output is reproducible, because all timestamps in the workbook are fixed.
"""

from __future__ import annotations

import csv
import io
import re
import sys
import zipfile
from pathlib import Path

from openpyxl import Workbook

from api.participants.sample.people import COACHEES, COACHES
from coach.intake.columns import COLUMNS, PeopleKind

_TIMESTAMP = (2026, 11, 2, 9, 0, 0)
_ISO_TIMESTAMP = b"2026-11-02T09:00:00Z"


def _header(kind: PeopleKind) -> list[str]:
    """Return the columns of a list, except `person`, as nobody in the sample has two roles."""
    names = [column.name for column in COLUMNS[kind] if column.in_template]
    return [name for name in names if name != "person"]


def coachees_xlsx() -> bytes:
    """Return the workbook with the sheet `coachees`."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    sheet = workbook.create_sheet("coachees")
    header = _header(PeopleKind.COACHEES)
    sheet.append(header)
    for row in COACHEES:
        sheet.append([row.get(name) for name in header])
    sheet.freeze_panes = "C2"
    for number, name in enumerate(header):
        widest = max(len(str(row.get(name, ""))) for row in COACHEES)
        letter = sheet.cell(1, number + 1).column_letter
        sheet.column_dimensions[letter].width = min(40, max(len(name), widest) + 2)
    out = io.BytesIO()
    workbook.save(out)
    return _with_fixed_timestamps(out.getvalue())


def coaches_csv() -> bytes:
    """Return the CSV file as a spreadsheet program would write it."""
    out = io.StringIO(newline="")
    header = _header(PeopleKind.COACHES)
    writer = csv.DictWriter(out, header, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(COACHES)
    return out.getvalue().encode("utf-8-sig")


def _with_fixed_timestamps(workbook: bytes) -> bytes:
    """Repack a workbook with a fixed timestamp for all its parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", _ISO_TIMESTAMP, content)
            part = zipfile.ZipInfo(name, _TIMESTAMP)
            new.writestr(part, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def build(folder: Path) -> None:
    """Write both files to `folder`."""
    (folder / "coachees.xlsx").write_bytes(coachees_xlsx())
    (folder / "coaches.csv").write_bytes(coaches_csv())


if __name__ == "__main__":
    build(Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).parent)
