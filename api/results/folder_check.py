"""Parses each file in a results folder, and checks that it agrees with `result.json`."""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from html import unescape
from pathlib import Path

from openpyxl import load_workbook
from pydantic import ValidationError

from api.results import check_facts as facts
from api.results.folder import RESULT_PARTS
from api.results.invitation_check import invitation_findings
from api.results.move_view import display_names
from api.results.result_folder import ResultFolder
from api.results.sentence_check import sentence_findings
from api.texts.catalogues import all_renderers
from api.web.facts import SHORT_DATE_ALONE
from coach.texts.facts import Displayed, with_labels
from matching.auditor import Finding
from matching.facts.changes import REMEDY
from matching.records.result_file import LEGACY_FORMAT
from matching.records.run_record import ReproducibleRecord, RunRecord, result_digest
from matching.result import Result

_FORMS = ("session-note.html", "feedback.html")
_HOUR = re.compile(r"\d\d:\d\d")
_MAX_REPORTED = 5  # maximum number of rows reported individually

RowCounts = Counter[tuple[str, ...]]


def folder_findings(folder: Path, found: ResultFolder) -> Iterator[Finding]:
    """Yield findings about files that are missing or contradict the result."""
    missing = [part for part in RESULT_PARTS if not (folder / part).exists()]
    yield from (Finding(part, facts.MISSING()) for part in missing)
    yield from sentence_findings((folder / "result.json").read_bytes(), found)
    checks: dict[str, Callable[[Path, ResultFolder], Iterator[Finding]]] = {
        "run.json": _run,
        "schedule.csv": _schedule,
        "schedule.xlsx": _workbook,
        "unmatched.csv": _unmatched,
        "report.html": _report,
        "forms": _forms,
        "invites": invitation_findings,
    }
    for part, check in checks.items():
        if part not in missing:
            try:
                yield from check(folder / part, found)
            except (OSError, UnicodeDecodeError, csv.Error) as error:
                yield Finding(part, facts.CANNOT_BE_READ(reason=str(error)))


def _run(path: Path, found: ResultFolder) -> Iterator[Finding]:
    try:
        run = RunRecord.model_validate_json(path.read_bytes()).run
    except ValidationError as error:
        yield Finding("run.json", facts.NO_RUN_RECORD(count=error.error_count()))
        return
    result = found.result
    digests = {
        name: hashlib.sha256(content).hexdigest() for name, content in found.inputs.files.items()
    }
    actual = {
        "seed": (run.parameters.seed, result.seed),
        "input_sha256": (run.input_sha256, result.input_sha256),
        "status": (run.status, result.status),
        "levels": (run.levels, result.levels),
        "result_sha256": (run.result_sha256, _digest(run, result)),
        "inputs": (run.inputs, digests),
        "kept_sha256": (run.kept_sha256, digests.get("kept.json")),
    }
    for key, (recorded, expected) in actual.items():
        if recorded != expected:
            yield Finding("run.json", facts.KEY_DIFFERS(key=key))


def _digest(run: ReproducibleRecord, result: Result) -> str:
    """Return the digest of `result`, or the recorded digest if the format has no facts to hash."""
    return run.result_sha256 if result.format == LEGACY_FORMAT else result_digest(result)


def _schedule(path: Path, found: ResultFolder) -> Iterator[Finding]:
    """Compare the schedule with the result. Times are parsed, so their format does not matter."""
    expected: RowCounts = Counter(
        (match.coachee, match.coach, str(one.number), _utc(one.start), _utc(one.end), one.uid)
        for match in found.result.matches
        for one in match.sessions
    )
    header = ["coachee", "coach", "session", "start", "end", "uid"]
    actual = (
        (*row[:3], *map(_normalised_time, row[3:5]), *row[5:]) for row in _table(path, header)
    )
    yield from _rows("schedule.csv", actual, expected)


def _normalised_time(text: str) -> str:
    try:
        return _utc(datetime.fromisoformat(text))
    except ValueError:
        return text


def _utc(instant: datetime) -> str:
    return f"{instant.timestamp():.0f}"


def _unmatched(path: Path, found: ResultFolder) -> Iterator[Finding]:
    roster, expected = found.inputs.roster, RowCounts()
    names = display_names((*roster.coachees, *roster.coaches))
    in_english: dict[str, str] = {}
    for one in found.result.unmatched:
        funnel = "; ".join(f"{step.rule} {step.left}" for step in one.funnel)
        remedies, translations = _in_each_language(
            [
                with_labels(REMEDY(change=each.change, effect=each.effect), names)
                for each in one.remedies
            ]
        )
        in_english |= translations
        expected[one.coachee, one.reason, funnel, remedies] += 1
    header = ["coachee", "reason", "funnel", "remedies"]
    actual = (
        (*row[:3], *(in_english.get(cell, cell) for cell in row[3:]))
        for row in _table(path, header)
    )
    yield from _rows("unmatched.csv", actual, expected)


def _in_each_language(statements: Sequence[Displayed]) -> tuple[str, dict[str, str]]:
    """Return statements in English, and a mapping from their text in any language to English."""
    every = ["; ".join(map(texts.text, statements)) for texts in all_renderers()]
    return every[0], dict.fromkeys(every, every[0])


def _table(path: Path, header: list[str]) -> Iterator[tuple[str, ...]]:
    """Yield the rows below the header, without the apostrophes that prevent formula injection.

    If the header is not `header`, the first row yielded reports the header that was found.
    """
    with path.open(encoding="utf-8", newline="") as lines:
        rows = [*csv.reader(lines)]
    if not rows or rows[0] != header:
        yield ("header", ",".join(rows[0]) if rows else "nothing")
    for row in rows[1:]:
        yield tuple(cell.removeprefix("'") for cell in row)


def _rows(name: str, actual: Iterable[tuple[str, ...]], expected: RowCounts) -> Iterator[Finding]:
    unescaped: RowCounts = Counter()
    for row, times in expected.items():
        unescaped[tuple(cell.removeprefix("'") for cell in row)] += times
    there: RowCounts = Counter(actual)
    for one, more, rows in (
        (facts.UNEXPECTED_ROW, facts.MORE_UNEXPECTED_ROWS, there - unescaped),
        (facts.LACKING_ROW, facts.MORE_LACKING_ROWS, unescaped - there),
    ):
        for row in sorted(rows)[:_MAX_REPORTED]:
            yield Finding(name, one(cells=row))
        if len(rows) > _MAX_REPORTED:
            yield Finding(name, more(count=len(rows) - _MAX_REPORTED))


def _workbook(path: Path, found: ResultFolder) -> Iterator[Finding]:
    try:
        book = load_workbook(path, read_only=True, data_only=True)
        cells = [*book.worksheets[0].iter_rows(min_row=2, values_only=True)]
        book.close()
    except Exception as error:  # noqa: BLE001 - a damaged workbook can raise almost anything
        yield Finding("schedule.xlsx", facts.CANNOT_BE_READ(reason=type(error).__name__))
        return
    zone = found.inputs.cycle.cycle.zone
    expected: RowCounts = Counter()
    in_english: dict[str, str] = {}
    for match in found.result.matches:
        for one in match.sessions:
            local = one.start.astimezone(zone)
            day, translations = _in_each_language([SHORT_DATE_ALONE(day=local.date())])
            in_english |= translations
            expected[match.coachee, match.coach, str(one.number), day, f"{local:%H:%M}"] += 1
    actual = (_workbook_row(row, in_english) for row in cells)
    yield from _rows("schedule.xlsx", actual, expected)


def _workbook_row(row: tuple[object, ...], in_english: Mapping[str, str]) -> tuple[str, ...]:
    """Return the ids, the session's number, its day in English, and its start."""
    day, hours, session, coachee, coach = (str(row[place]) for place in (0, 1, 3, 5, 7))
    start = _HOUR.search(hours)
    cells = (
        *(coachee, coach, session.split(" ")[0]),
        *(in_english.get(day, day), start[0] if start else hours),
    )
    return tuple(cell.removeprefix("'") for cell in cells)


def _report(path: Path, found: ResultFolder) -> Iterator[Finding]:
    """Check that the report contains each coachee once, and the fingerprint of the inputs."""
    text = unescape(path.read_text("utf-8"))
    for word in (f'id="{anchor}"' for anchor in _anchors(found.result)):
        if text.count(word) != 1:
            yield Finding("report.html", facts.ANCHOR_COUNT(count=text.count(word), text=word))
    if found.result.input_sha256 not in text:
        yield Finding("report.html", facts.OTHER_INPUTS())


def _anchors(result: Result) -> Iterator[str]:
    yield from (f"match-{match.coachee}" for match in result.matches)
    yield from (f"unmatched-{entry.coachee}" for entry in result.unmatched)


def _forms(path: Path, _found: ResultFolder) -> Iterator[Finding]:
    for name in _FORMS:
        form = path / name
        if not form.is_file() or "</html>" not in form.read_text("utf-8"):
            yield Finding(f"forms/{name}", facts.FORM_INCOMPLETE())
