"""Writes results folders. An earlier result is replaced only once all new files are written."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from api.organisation import Organisation
from api.results import facts
from api.results.invitations import invitation_files
from api.results.move_view import display_names
from api.results.plan_view import present_plan
from api.results.printable_forms import feedback_form, session_note_form
from api.results.report import report_html
from api.results.result_json import ResultSentences
from api.results.schedule_csv import schedule_csv
from api.results.schedule_xlsx import schedule_xlsx
from api.results.unmatched_csv import unmatched_csv
from coach.cycle import Cycle
from coach.errors import DomainError
from coach.invitations import SentInvitation
from coach.people import Roster
from coach.texts.renderer import Renderer
from matching.explanation import Section
from matching.records.run_record import RunRecord
from matching.result import Result

RESULT_FOLDERS = ("inputs", "invites", "forms")
RESULT_PARTS = (
    *("result.json", "run.json", "schedule.csv", "schedule.xlsx", "unmatched.csv"),
    *("report.html", *RESULT_FOLDERS),
)
"""The names of all files and folders in a results folder."""

UNSOUND_FOLDER = "unsound"
"""The folder for a plan that failed its audit; it exists only in this case."""

_FILE_MODE = 0o666  # before the umask, as usual

SCRATCH_PREFIX = ".writing-"
"""The prefix of the temporary folder in which the files are first written."""

_FILES_IN = {
    "inputs": re.compile(
        r"cycle\.toml|(coachees|coaches)\.(csv|xlsx|ods)|(kept|under-way|earlier(-\d+)?)\.json",
        re.ASCII,
    ),
    "invites": re.compile(r"[\w-]+-session-\d\d-[0-9a-f]{8}\.(ics|eml)", re.ASCII),
    "forms": re.compile(r"(session-note|feedback)\.html"),
    UNSOUND_FOLDER: re.compile(r"plan\.json|findings\.txt"),
}
"""Patterns for the names of a result's files, keyed by folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderContent:
    """The content of a results folder.

    Attributes:
        roster: the coachees and coaches.
        cycle: the cycle and its policy.
        result: the result of the run.
        record: the record of the run.
        inputs: the name and bytes of each input file, as read.
        now: the time stated in the invitations and the report, as an aware datetime.
        deployment: the sender of the invitations.
        texts: the renderer for the language of the files.
        next_best: the text about runners-up for the report, keyed by coachee.
        before: the invitations sent for an earlier result, keyed by uid.
    """

    roster: Roster
    cycle: Cycle
    result: Result
    record: RunRecord
    inputs: Iterable[tuple[str, bytes]]
    now: datetime
    texts: Renderer
    deployment: Organisation = field(default_factory=Organisation)
    next_best: Mapping[str, Section] = field(default_factory=dict)
    before: Mapping[str, SentInvitation] = field(default_factory=dict)


def write_results(out: Path, content: FolderContent) -> None:
    """Write `content` to the folder `out`, replacing any earlier result there.

    The folder is created if it does not exist. Files are first written to a temporary folder inside
    it, so an earlier result remains complete if this fails, for example because the disk is full.
    They are then moved into place. Files that do not belong to a result are not changed.

    Raises:
        DomainError: files in `out` cannot be written or replaced.
    """
    with (
        _reported_errors(out),
        tempfile.TemporaryDirectory(prefix=SCRATCH_PREFIX, dir=_created(out)) as scratch,
    ):
        for part in RESULT_FOLDERS:
            Path(scratch, part).mkdir()
        for name, data in _files(content):
            _write_file(f"{scratch}/{name}", data)
        _move_into_place(Path(scratch), out)


def _write_file(path: str, data: bytes) -> None:
    """Write a new file. With thousands of them, a file object for each would take longer."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE)
    try:
        left = data
        while left:  # a full disk accepts a part, and fails on the next write
            left = left[os.write(file, left) :]
    finally:
        os.close(file)


def write_unsound_plan(out: Path, plan: bytes, findings: Iterable[str]) -> None:
    """Write a plan that failed its audit to `out/unsound`, separate from any result in `out`.

    Raises:
        DomainError: files in `out` cannot be written.
    """
    with _reported_errors(out):
        folder = _created(out / UNSOUND_FOLDER)
        (folder / "plan.json").write_bytes(plan)
        lines = "".join(f"{finding}\n" for finding in findings)
        (folder / "findings.txt").write_text(lines, encoding="utf-8")


def _created(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def _reported_errors(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DomainError(
            facts.CANNOT_WRITE(folder=str(out), reason=error.strerror or str(error))
        ) from error


def replaced_paths(out: Path) -> Iterator[tuple[Path, bool]]:
    """Yield each path of an earlier result in `out`, and whether the path must be a folder.

    Writing a result replaces exactly these files. The folders are kept, except `unsound` if it is
    then empty.
    """
    for part in (*RESULT_PARTS, UNSOUND_FOLDER):
        path, is_folder = out / part, part in _FILES_IN
        if path.exists() or path.is_symlink():
            yield path, is_folder
        if is_folder and path.is_dir():
            named = (each for each in path.iterdir() if _FILES_IN[part].fullmatch(each.name))
            yield from ((each, False) for each in sorted(named))


def result_json(result: Result, sentences: ResultSentences) -> bytes:
    """Return `result.json` in UTF-8, with keys in the documented order and a final newline."""
    return sentences.file(result).model_dump_json(indent=2).encode() + b"\n"


def _files(content: FolderContent) -> Iterator[tuple[str, bytes]]:
    roster, cycle, result = content.roster, content.cycle, content.result
    deployment, texts, now = content.deployment, content.texts, content.now
    view = present_plan(roster, cycle, result, texts, content.next_best)
    names = display_names((*roster.coachees, *roster.coaches))
    yield "result.json", result_json(result, ResultSentences(texts, names))
    yield "run.json", content.record.model_dump_json(indent=2).encode() + b"\n"
    yield "schedule.csv", schedule_csv(result)
    yield "schedule.xlsx", schedule_xlsx(view, result, texts, now)
    yield "unmatched.csv", unmatched_csv(result, ResultSentences(texts, names))
    yield "report.html", report_html(view, cycle, result, deployment, texts, now=now)
    yield "forms/session-note.html", session_note_form(texts)
    yield "forms/feedback.html", feedback_form(texts)
    for name, data in content.inputs:
        yield f"inputs/{Path(name).name}", data
    invites = invitation_files(roster, result, deployment, texts, now=now, before=content.before)
    for name, data in invites:
        yield f"invites/{name}", data


def _move_into_place(scratch: Path, out: Path) -> None:
    """Replace the earlier result in `out`, if there is one, with the files in `scratch`."""
    for path, is_folder in list(replaced_paths(out)):
        if not is_folder:
            path.unlink()
    if (out / UNSOUND_FOLDER).is_dir() and not any((out / UNSOUND_FOLDER).iterdir()):
        (out / UNSOUND_FOLDER).rmdir()
    for part in RESULT_PARTS:
        if part not in RESULT_FOLDERS or not (out / part).exists():
            (scratch / part).rename(out / part)
            continue
        for file in (scratch / part).iterdir():
            file.rename(out / part / file.name)
