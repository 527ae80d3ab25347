"""Reads, validates and cross-checks the input files of a run, and computes their fingerprint."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from api.files.upload_limits import MAX_CYCLE_FILE_BYTES, MAX_FILE_BYTES, MAX_RESULT_BYTES
from api.input_files.earlier_results import (
    EarlierResults,
    EarlierSource,
    earlier_source,
    named_files,
    read_earlier_results,
)
from api.input_files.people_file import file_ending
from api.input_files.people_lists import (
    PeopleLists,
    input_faults,
    input_warnings,
    read_people_lists,
    understood_values,
)
from api.input_files.policy_file import CYCLE_FILE, read_policy_file
from api.input_files.reference_data import reference
from api.input_files.result_file import read_result
from api.input_files.source import InputSource, NamedFile, read_source
from coach.cycle import Cycle
from coach.errors import InputFault, UnusableInputError
from coach.intake.cross_references import unknown_chain_faults
from coach.intake.cycle_file import CycleFile
from coach.intake.facts import PIN_IMPOSSIBLE
from coach.intake.reference import ReadContext
from coach.people import Roster
from coach.repeat import allows_all
from matching.instance.earlier_pairs import earlier_cycles_by_pair
from matching.instance.partial_cycle import UnderWay, under_way
from matching.result import Result

if TYPE_CHECKING:  # reading input must not import the solver, which takes seconds
    from matching.errors import ImpossiblePinsError

KEPT_FILE = "kept.json"
"""The name of the input file with the earlier result whose pairs should be kept."""
UNDER_WAY_FILE = "under-way.json"
"""The name of the input file with the progress of a cycle that is under way."""


@dataclass(frozen=True, slots=True)
class ListReading:
    """The settings for reading lists.

    Attributes:
        strict: whether values have to be in the standard format.
        encoding: the encoding of text files that are neither UTF-8 nor UTF-16.
    """

    strict: bool = False
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class CycleInputs:
    """The validated input of a run.

    Attributes:
        roster: all people, in file order.
        cycle: the dates and the policy.
        keep: an earlier result whose pairs should be kept, if there is one.
        files: the content of the files, keyed by their names in the results' `inputs/` folder:
            `cycle.toml`, `coachees.csv` (or `.xlsx`, `.ods`), `coaches.csv`, `kept.json`,
            `under-way.json`, `earlier-1.json` and so on.
        sha256: the fingerprint of those `files` that can affect the result.
        cycle_file: the parsed cycle file, with the position of each key.
        under_way: the progress of the cycle if it is under way.
        warnings: warnings about possible mistakes in the files, which do not prevent their use.
        understood: the values that were not in the standard format, and how they were read.
        reading: the settings with which the lists were read.
        lists: the people with their rows in the files.
    """

    roster: Roster
    cycle: Cycle
    keep: Result | None
    files: Mapping[str, bytes]
    sha256: str
    cycle_file: CycleFile
    lists: PeopleLists
    under_way: UnderWay | None = None
    warnings: tuple[InputFault, ...] = ()
    understood: tuple[InputFault, ...] = ()
    reading: ListReading = ListReading()

    def from_day(self, day: date) -> CycleInputs:
        """Return the input for a cycle under way, fixing the sessions of `keep` before `day`.

        Without `keep`, the input is returned unchanged.
        """
        if self.keep is None:
            return self
        progress = under_way(self.keep, day, self.cycle.cycle.zone)
        return self.with_under_way(progress, progress.model_dump_json(indent=2).encode() + b"\n")

    def with_under_way(self, progress: UnderWay, content: bytes) -> CycleInputs:
        """Return a copy with `progress`, which is stored as an input file with this `content`."""
        files = {**self.files, UNDER_WAY_FILE: content}
        sha256 = fingerprint(_relevant(files, self.cycle))
        return replace(self, under_way=progress, files=files, sha256=sha256)

    def pin_faults(self, error: ImpossiblePinsError) -> UnusableInputError:
        """Convert pins that the engine cannot satisfy into faults located in the cycle file."""
        return UnusableInputError(
            self.cycle_file.fault(
                ("pins", pin.coachee),
                PIN_IMPOSSIBLE(coachee=pin.coachee, coach=pin.coach, reason=pin.why),
            )
            for pin in error.pins
        )


def fingerprint(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256 hash of the names, lengths and contents of `files`, sorted by name."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{len(files[name])}\0".encode())
        digest.update(files[name])
    return digest.hexdigest()


def read_inputs(
    cycle: Path,
    coachees: Path,
    coaches: Path,
    keep: Path | None = None,
    reading: ListReading = ListReading(),
    *,
    earlier: Sequence[Path] = (),
) -> CycleInputs:
    """Read the files of a run from disk.

    Raises:
        UnusableInputError: the input has faults; the error lists the faults of all files.
    """
    return parse_inputs(
        read_source(cycle, MAX_CYCLE_FILE_BYTES),
        read_source(coachees, MAX_FILE_BYTES),
        read_source(coaches, MAX_FILE_BYTES),
        None if keep is None else read_source(keep, MAX_RESULT_BYTES),
        reading,
        earlier=[earlier_source(path) for path in earlier],
    )


def parse_inputs(
    cycle: InputSource,
    coachees: InputSource,
    coaches: InputSource,
    keep: InputSource | None = None,
    reading: ListReading = ListReading(),
    *,
    earlier: Sequence[EarlierSource] = (),
) -> CycleInputs:
    """Parse the files of a run. A file that could not be read is represented by its fault.

    `earlier` contains results of earlier cycles, for the rule `repeat`.

    Raises:
        UnusableInputError: the input has faults; the error lists the faults of all files.
    """
    context = ReadContext(reference(), strict=reading.strict, encoding=reading.encoding)
    cycle_file = read_policy_file(cycle, context)
    lists = read_people_lists(coachees, coaches, context)
    kept, kept_faults = _read_kept_result(keep)
    before = read_earlier_results(earlier)
    faults = [*input_faults(cycle_file, lists, context), *kept_faults, *before.faults]
    if reading.strict:
        faults += unknown_chain_faults(lists.coaches, lists.coachees, context)
    if faults or cycle_file.cycle is None:
        raise UnusableInputError(dict.fromkeys(faults))
    files = _canonical_files(cycle, coachees, coaches, keep) | before.files
    return CycleInputs(
        roster=_with_earlier_pairs(lists.roster(), cycle_file.cycle, before),
        cycle=cycle_file.cycle,
        keep=kept,
        files=files,
        sha256=fingerprint(_relevant(files, cycle_file.cycle)),
        cycle_file=cycle_file,
        lists=lists,
        warnings=tuple(input_warnings(lists, context)),
        understood=tuple(understood_values(lists)),
        reading=reading,
    )


def _with_earlier_pairs(roster: Roster, cycle: Cycle, earlier: EarlierResults) -> Roster:
    """Return the roster, adding the pairs from earlier results if they can affect the result."""
    if not earlier.results or allows_all(cycle.rules.repeat):
        return roster
    found = earlier_cycles_by_pair(roster, earlier.results)
    cycles = tuple(found.values()) if any(found.values()) else None
    return roster.model_copy(update={"earlier_pairs": tuple(found), "earlier_cycles": cycles})


def _relevant(files: Mapping[str, bytes], cycle: Cycle) -> dict[str, bytes]:
    """Return the files that can affect the result: earlier results only if `repeat` applies."""
    unused = named_files(files) if allows_all(cycle.rules.repeat) else frozenset[str]()
    return {name: content for name, content in files.items() if name not in unused}


def _read_kept_result(source: InputSource | None) -> tuple[Result | None, tuple[InputFault, ...]]:
    if source is None:
        return None, ()
    if isinstance(source, InputFault):
        return None, (source,)
    return read_result(source.name, source.content)


def _canonical_files(
    cycle: InputSource, coachees: InputSource, coaches: InputSource, keep: InputSource | None
) -> dict[str, bytes]:
    """Return the contents of the files, keyed by their names in `inputs/`."""
    named = {
        CYCLE_FILE: cycle,
        f"coachees.{_ending(coachees)}": coachees,
        f"coaches.{_ending(coaches)}": coaches,
        KEPT_FILE: keep,
    }
    return {name: source.content for name, source in named.items() if isinstance(source, NamedFile)}


def _ending(source: InputSource) -> str:
    return file_ending(source.content) if isinstance(source, NamedFile) else "csv"
