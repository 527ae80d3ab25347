"""All files of a run together: read, validated, held against each other, and fingerprinted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from api.files.upload_limits import (
    MAX_CYCLE_FILE_BYTES,
    MAX_FILE_BYTES,
    MAX_RESULT_BYTES,
    UnreadableError,
    check_size,
)
from api.input_files.people_file import file_ending, people_sheet
from api.input_files.reference_data import reference
from api.input_files.result_file import read_result
from coach.cycle import Cycle
from coach.errors import InputFault, UnusableInputError
from coach.intake.columns import PeopleKind
from coach.intake.cross_references import pin_faults, sheet_faults
from coach.intake.cycle_file import CycleFile, read_cycle, unread_cycle
from coach.intake.fault_messages import WHOLE_FILE
from coach.intake.people_sheet import PeopleSheet, unread_sheet
from coach.intake.reference import ReadContext
from coach.people import Roster
from matching.instance.partial_cycle import UnderWay, under_way
from matching.result import Result

KEPT_FILE = "kept.json"
UNDER_WAY_FILE = "under-way.json"
"""The earlier result to be kept, among the input files of a run."""

if TYPE_CHECKING:  # reading files does not need the solver, which takes seconds to import
    from matching.errors import ImpossiblePinsError


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file's bytes, and its name as the person gave it."""

    name: str
    content: bytes


InputSource = NamedFile | InputFault


@dataclass(frozen=True, slots=True)
class CycleInputs:
    """What a run is made from.

    Attributes:
        roster: everybody, in the order of their files.
        cycle: the dates and the policy.
        keep: an earlier result whose pairs shall stay, if one was given.
        files: the files as read, by the names they have in a result's `inputs/`: `cycle.toml`,
            `coachees.csv` (or `.xlsx`, `.ods`), `coaches.csv`, `kept.json`, `under-way.json`.
        sha256: the fingerprint of `files`.
        cycle_file: where each key of the cycle file stands.
        under_way: where the cycle stands, if it is matched again in its middle.
    """

    roster: Roster
    cycle: Cycle
    keep: Result | None
    files: Mapping[str, bytes]
    sha256: str
    cycle_file: CycleFile
    under_way: UnderWay | None = None

    def from_day(self, day: date) -> CycleInputs:
        """The same in mid-cycle: what `keep` has before `day` stands, the rest is placed anew."""
        if self.keep is None:
            return self
        where = under_way(self.keep, day, self.cycle.cycle.zone)
        return self.with_under_way(where, where.model_dump_json(indent=2).encode() + b"\n")

    def with_under_way(self, where: UnderWay, content: bytes) -> CycleInputs:
        """The same where the cycle stands as a file with this `content` says."""
        files = {**self.files, UNDER_WAY_FILE: content}
        return replace(self, under_way=where, files=files, sha256=fingerprint(files))

    def pin_faults(self, error: ImpossiblePinsError) -> UnusableInputError:
        """Pins that the engine cannot honour, as faults at their lines of the cycle file."""
        return UnusableInputError(
            self.cycle_file.fault(
                ("pins", pin.coachee), f"{pin.coachee} cannot have {pin.coach}: {pin.why}"
            )
            for pin in error.pins
        )


def fingerprint(files: Mapping[str, bytes]) -> str:
    """SHA-256 over the names, lengths and bytes of `files`, in the order of their names."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{len(files[name])}\0".encode())
        digest.update(files[name])
    return digest.hexdigest()


def read_inputs(
    cycle: Path, coachees: Path, coaches: Path, keep: Path | None = None
) -> CycleInputs:
    """Read the files of a run from disk.

    Raises:
        UnusableInputError: with every fault of all files.
    """
    return parse_inputs(
        read_source(cycle, MAX_CYCLE_FILE_BYTES),
        read_source(coachees, MAX_FILE_BYTES),
        read_source(coaches, MAX_FILE_BYTES),
        None if keep is None else read_source(keep, MAX_RESULT_BYTES),
    )


def read_source(path: Path, max_bytes: int) -> InputSource:
    """A file's bytes, at most one more than `max_bytes`, or the fault that there are none."""
    try:
        with path.open("rb") as stream:
            return NamedFile(str(path), stream.read(max_bytes + 1))
    except FileNotFoundError:
        reason = "there is no such file"
    except IsADirectoryError:
        reason = "this is a folder, not a file"
    except (OSError, ValueError) as error:
        reason = f"the file cannot be opened: {getattr(error, 'strerror', None) or error}"
    return InputFault(str(path), 1, WHOLE_FILE, reason)


def parse_inputs(
    cycle: InputSource, coachees: InputSource, coaches: InputSource, keep: InputSource | None = None
) -> CycleInputs:
    """Read the files of a run from their bytes; a fault stands for a file that has none.

    Raises:
        UnusableInputError: with every fault of all files.
    """
    reading = ReadContext(reference())
    cycle_file = read_policy_file(cycle, reading)
    coachee_sheet = _sheet(coachees, PeopleKind.COACHEES, reading)
    coach_sheet = _sheet(coaches, PeopleKind.COACHES, reading)
    kept, kept_faults = _read_kept_result(keep)
    one_workbook = coachee_sheet.file == coach_sheet.file
    of_coachees = sheet_faults(coachee_sheet, coach_sheet, cycle_file.cycle, reading)
    of_coaches = sheet_faults(coach_sheet, coachee_sheet, cycle_file.cycle, reading)
    faults = [
        *_sorted_by_row(
            cycle_file.faults, pin_faults(cycle_file, coachee_sheet, coach_sheet, reading)
        ),
        *_with_sheet_name(
            _sorted_by_row(coachee_sheet.faults, of_coachees), coachee_sheet, one_workbook
        ),
        *_with_sheet_name(
            _sorted_by_row(coach_sheet.faults, of_coaches), coach_sheet, one_workbook
        ),
        *kept_faults,
    ]
    if faults or cycle_file.cycle is None:
        raise UnusableInputError(dict.fromkeys(faults))
    files = _canonical_files(cycle, coachees, coaches, keep)
    return CycleInputs(
        roster=Roster(coachees=coachee_sheet.coachees(), coaches=coach_sheet.coaches()),
        cycle=cycle_file.cycle,
        keep=kept,
        files=files,
        sha256=fingerprint(files),
        cycle_file=cycle_file,
    )


def _sorted_by_row(*found: Iterable[InputFault]) -> list[InputFault]:
    """Faults of one file from top to bottom."""
    return sorted(dict.fromkeys(chain(*found)), key=lambda fault: fault.row)


def _with_sheet_name(
    faults: Iterable[InputFault], sheet: PeopleSheet, one_workbook: bool
) -> Iterator[InputFault]:
    """The faults, with the sheet where both sheets are in one file."""
    for fault in faults:
        if one_workbook and fault.column != WHOLE_FILE:
            yield replace(fault, message=f"in sheet {sheet.kind}, {fault.message}")
        else:
            yield fault


def read_policy_file(source: InputSource, reading: ReadContext) -> CycleFile:
    """A cycle file on its own, with its faults; whom it names is not checked."""
    if isinstance(source, InputFault):
        return unread_cycle(source.file, [source])
    row, column = 1, WHOLE_FILE
    try:
        check_size(source.content, MAX_CYCLE_FILE_BYTES)
        return read_cycle(source.name, source.content.decode("utf-8-sig"), reading)
    except UnreadableError as error:
        message = str(error)
    except UnicodeDecodeError as error:
        row = source.content.count(b"\n", 0, error.start) + 1
        byte = source.content[error.start]
        message = (
            f"contains the byte 0x{byte:02X}, which is not valid UTF-8; save the file in UTF-8"
        )
    return unread_cycle(source.name, [InputFault(source.name, row, column, message)])


def _sheet(source: InputSource, kind: PeopleKind, reading: ReadContext) -> PeopleSheet:
    if isinstance(source, InputFault):
        return unread_sheet(source.file, kind, [source])
    return people_sheet(source.name, source.content, kind, reading)


def _read_kept_result(source: InputSource | None) -> tuple[Result | None, tuple[InputFault, ...]]:
    if source is None:
        return None, ()
    if isinstance(source, InputFault):
        return None, (source,)
    return read_result(source.name, source.content)


def _canonical_files(
    cycle: InputSource, coachees: InputSource, coaches: InputSource, keep: InputSource | None
) -> dict[str, bytes]:
    """The files by their names in `inputs/`."""
    named = {
        "cycle.toml": cycle,
        f"coachees.{_ending(coachees)}": coachees,
        f"coaches.{_ending(coaches)}": coaches,
        KEPT_FILE: keep,
    }
    return {name: source.content for name, source in named.items() if isinstance(source, NamedFile)}


def _ending(source: InputSource) -> str:
    return file_ending(source.content) if isinstance(source, NamedFile) else "csv"
