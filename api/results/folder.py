"""Writing a results folder: all of it, or nothing."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from api.organisation import Organisation
from api.results.invitations import invitation_files
from api.results.plan_view import present_plan
from api.results.printable_forms import feedback_form, session_note_form
from api.results.report import report_html
from api.results.schedule_csv import schedule_csv
from api.results.schedule_xlsx import schedule_xlsx
from api.results.unmatched_csv import unmatched_csv
from coach.cycle import Cycle
from coach.errors import DomainError
from coach.invitations import SentInvitation
from coach.people import Roster
from matching.explanation import Section
from matching.records.run_record import RunRecord
from matching.result import Result

RESULT_FOLDERS = ("inputs", "invites", "forms")
RESULT_PARTS = (
    *("result.json", "run.json", "schedule.csv", "schedule.xlsx", "unmatched.csv"),
    *("report.html", *RESULT_FOLDERS),
)
"""Everything that is written into a results folder."""


def write_results(
    out: Path,
    *,
    roster: Roster,
    cycle: Cycle,
    result: Result,
    record: RunRecord,
    inputs: Iterable[tuple[str, bytes]],
    now: datetime,
    deployment: Organisation | None = None,
    next_best: Mapping[str, Section] = MappingProxyType({}),
    before: Mapping[str, SentInvitation] = MappingProxyType({}),
) -> None:
    """Write everything about `result` into the folder `out`, in place of an earlier result there.

    The files are written beside their places first and moved in at the end, so that a failure
    while writing leaves an earlier result whole. Other files in `out` are left alone.

    Args:
        out: the folder; made where it is missing.
        roster: the people the result speaks of.
        cycle: their cycle.
        result: what the run gave.
        record: how the run went.
        inputs: name and bytes of each input file, as read.
        now: the aware moment that invitations and report carry.
        deployment: who sends the invitations; the example organiser where none is given.
        next_best: what the report tells of runner-ups, by coachee.
        before: what people were told by the result this one was made from, by uid.

    Raises:
        DomainError: `out` cannot be written to.
    """
    files = _files(
        roster,
        cycle,
        result,
        record=record,
        inputs=inputs,
        now=now,
        deployment=deployment or Organisation(),
        next_best=next_best,
        before=before,
    )
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".writing-", dir=out) as scratch:
            for part in RESULT_FOLDERS:
                Path(scratch, part).mkdir()
            for name, content in files:
                path = Path(scratch, name)
                path.write_bytes(content)
            for part in RESULT_PARTS:
                _replace(Path(scratch, part), out / part)
    except OSError as error:
        raise DomainError(
            f"the results cannot be written to {out}: {error.strerror or error}. "
            "Free some space, or name another folder."
        ) from error


def result_json(result: Result) -> bytes:
    """`result.json`: keys in the order of the reference, UTF-8, a newline at the end."""
    return result.model_dump_json(indent=2).encode() + b"\n"


def _files(
    roster: Roster,
    cycle: Cycle,
    result: Result,
    *,
    record: RunRecord,
    inputs: Iterable[tuple[str, bytes]],
    now: datetime,
    deployment: Organisation,
    next_best: Mapping[str, Section],
    before: Mapping[str, SentInvitation],
) -> Iterator[tuple[str, bytes]]:
    view = present_plan(roster, cycle, result, deployment, next_best)
    yield "result.json", result_json(result)
    yield "run.json", record.model_dump_json(indent=2).encode() + b"\n"
    yield "schedule.csv", schedule_csv(result)
    yield "schedule.xlsx", schedule_xlsx(view, result, now)
    yield "unmatched.csv", unmatched_csv(result)
    yield "report.html", report_html(view, cycle, result, deployment, now)
    yield "forms/session-note.html", session_note_form()
    yield "forms/feedback.html", feedback_form()
    for name, content in inputs:
        yield f"inputs/{Path(name).name}", content
    for name, content in invitation_files(roster, result, deployment, now, before):
        yield f"invites/{name}", content


def _replace(new: Path, target: Path) -> None:
    if target.is_dir() and not target.is_symlink():
        shutil.rmtree(target)
    else:
        target.unlink(missing_ok=True)
    if new.exists():
        new.rename(target)
