"""Writes results folders. If writing fails, the previous result remains complete."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
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


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderContent:
    """The content of a results folder.

    Attributes:
        roster: the coachees and coaches.
        cycle: the cycle and its policy.
        result: the result of the run.
        record: the record of the run.
        inputs: the name and bytes of each input file, as read.
        now: the aware time in the invitations and the report.
        deployment: the sender of the invitations.
        texts: the renderer of the language of the files.
        next_best: the text about runners-up for the report, by coachee.
        before: the invitations that an earlier result has sent, by uid.
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
    it and then moved into place, so an earlier result remains complete if writing fails. Other
    files in `out` are not changed.

    Raises:
        DomainError: `out` is not writable.
    """
    files = _files(content)
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".writing-", dir=out) as scratch:
            for part in RESULT_FOLDERS:
                Path(scratch, part).mkdir()
            for name, data in files:
                Path(scratch, name).write_bytes(data)
            for part in RESULT_PARTS:
                _replace(Path(scratch, part), out / part)
    except OSError as error:
        raise DomainError(
            facts.CANNOT_WRITE(folder=str(out), reason=error.strerror or str(error))
        ) from error


def result_json(result: Result, sentences: ResultSentences) -> bytes:
    """Return `result.json` in UTF-8, with keys in the documented order and a final newline."""
    return sentences.file(result).model_dump_json(indent=2).encode() + b"\n"


def _files(content: FolderContent) -> Iterator[tuple[str, bytes]]:
    roster, cycle, result = content.roster, content.cycle, content.result
    deployment, texts, now = content.deployment, content.texts, content.now
    view = present_plan(roster, cycle, result, content.next_best)
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


def _replace(new: Path, target: Path) -> None:
    if target.is_dir() and not target.is_symlink():
        shutil.rmtree(target)
    else:
        target.unlink(missing_ok=True)
    if new.exists():
        new.rename(target)
