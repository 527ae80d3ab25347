"""Reads results of earlier cycles, whose pairs the rule `repeat` avoids or forbids.

People are recognised by the keys in the result. If a result has no keys, they are computed from the
lists of people in the folder `inputs/` next to it, and added to the copy that is kept with the new
result.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from api.files.upload_limits import MAX_FILE_BYTES, MAX_RESULT_BYTES
from api.input_files.people_lists import read_people_lists
from api.input_files.policy_file import CYCLE_FILE
from api.input_files.reference_data import reference
from api.input_files.result_file import read_result
from api.input_files.source import InputSource, read_source
from coach.errors import InputFault
from coach.intake.reference import ReadContext
from matching.instance.earlier_pairs import matched_people
from matching.result import MatchedPeople, Result

_MAX_NAME_LENGTH = 200
EARLIER_FILE = re.compile(r"earlier-([1-9]\d*)\.json", re.ASCII)
"""The name of an earlier result in the folder `inputs/`, with its number."""


@dataclass(frozen=True, slots=True)
class EarlierSource:
    """An earlier result, with the two lists of people stored next to it if both exist.

    `encoding` is the encoding in which the earlier run read lists that are neither UTF-8 nor
    UTF-16, if any. `cycle` is the name of its cycle, if known.
    """

    result: InputSource
    people: tuple[InputSource, InputSource] | None = None
    encoding: str | None = None
    cycle: str = ""


@dataclass(frozen=True, slots=True)
class EarlierResults:
    """The results of earlier cycles, in the given order.

    `files` contains the results, including people's keys, by file name in `inputs/`.
    """

    results: tuple[Result, ...]
    files: dict[str, bytes]
    faults: tuple[InputFault, ...]


def earlier_source(path: Path) -> EarlierSource:
    """Read an earlier result, and the lists of people in the folder `inputs/` next to it."""
    folder = path.parent / "inputs"
    coachees, coaches = (_people_file(folder, stem) for stem in ("coachees", "coaches"))
    result = read_source(path, MAX_RESULT_BYTES)
    name = _cycle_name(folder / CYCLE_FILE)
    if coachees is None or coaches is None:
        return EarlierSource(result, cycle=name)
    people = read_source(coachees, MAX_FILE_BYTES), read_source(coaches, MAX_FILE_BYTES)
    return EarlierSource(result, people, _recorded_encoding(path.with_name("run.json")), name)


def kept_earlier_sources(inputs: Path) -> list[EarlierSource]:
    """Read the earlier results in the folder `inputs/` of a result, in order."""
    if not inputs.is_dir():
        return []
    numbers = sorted(
        int(found[1]) for path in inputs.iterdir() if (found := EARLIER_FILE.fullmatch(path.name))
    )
    paths = (inputs / f"earlier-{number}.json" for number in numbers)
    return [EarlierSource(read_source(path, MAX_RESULT_BYTES)) for path in paths]


def read_earlier_results(sources: Sequence[EarlierSource]) -> EarlierResults:
    """Parse the earlier results. A file that could not be read is represented by its fault."""
    results: list[Result] = []
    files: dict[str, bytes] = {}
    faults: list[InputFault] = []
    for number, source in enumerate(sources, start=1):
        if isinstance(source.result, InputFault):
            faults.append(source.result)
            continue
        result, wrong = read_result(source.result.name, source.result.content)
        faults += wrong
        if result is None:
            continue
        content = source.result.content
        if source.people is not None and result.people is None:
            result, content, wrong = _with_people(result, content, source.people, source.encoding)
            faults += wrong
        if source.cycle and result.people is not None:
            people = result.people.model_copy(update={"cycle": source.cycle})
            result, content = _with_keys(result, content, people)
        results.append(result)
        files[f"earlier-{number}.json"] = content
    return EarlierResults(tuple(results), files, tuple(faults))


def _with_people(
    result: Result,
    content: bytes,
    people: tuple[InputSource, InputSource],
    encoding: str | None,
) -> tuple[Result, bytes, tuple[InputFault, ...]]:
    """Add the keys of the matched people to a result and its file, and also return the faults."""
    lists = read_people_lists(*people, ReadContext(reference(), encoding=encoding))
    if lists.faults:
        return result, content, lists.faults
    return *_with_keys(result, content, matched_people(lists.roster(), result)), ()


def _with_keys(result: Result, content: bytes, people: MatchedPeople) -> tuple[Result, bytes]:
    written = json.loads(content) | {"people": people.model_dump(mode="json")}
    text = json.dumps(written, ensure_ascii=False, indent=2) + "\n"
    return result.model_copy(update={"people": people}), text.encode()


def _cycle_name(path: Path) -> str:
    """Return the name of the cycle in a cycle file, if the file states a name."""
    try:
        name = tomllib.loads(path.read_text("utf-8"))["cycle"]["name"]
    except (OSError, ValueError, LookupError, TypeError):
        return ""
    return str(name)[:_MAX_NAME_LENGTH]


def _recorded_encoding(record: Path) -> str | None:
    """Return the encoding in the record of a run, if it has a valid one."""
    try:
        encoding = json.loads(record.read_bytes())["run"]["parameters"]["encoding"]
        b"".decode(encoding)
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return str(encoding)


def _people_file(folder: Path, stem: str) -> Path | None:
    paths = (folder / f"{stem}.{ending}" for ending in ("csv", "xlsx", "ods"))
    return next((path for path in paths if path.is_file()), None)


def named_files(files: Iterable[str]) -> frozenset[str]:
    """Return those of `files` that are names of earlier results."""
    return frozenset(name for name in files if EARLIER_FILE.fullmatch(name))
