"""Reads a results folder: the result and its inputs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from api.files.upload_limits import MAX_CYCLE_FILE_BYTES, MAX_FILE_BYTES, MAX_RESULT_BYTES
from api.input_files.cycle_inputs import (
    KEPT_FILE,
    UNDER_WAY_FILE,
    CycleInputs,
    ListReading,
    parse_inputs,
)
from api.input_files.earlier_results import kept_earlier_sources
from api.input_files.result_file import read_result
from api.input_files.source import InputSource, read_source
from api.results import facts
from api.results.run_record_file import read_run_record
from coach.errors import InputFault, UnusableInputError
from coach.intake.fault_messages import WHOLE_FILE
from coach.validation_errors import validation_fact
from matching.instance.partial_cycle import UnderWay
from matching.result import Result


@dataclass(frozen=True, slots=True)
class ResultFolder:
    """A result and its inputs, as read from a results folder."""

    inputs: CycleInputs
    result: Result


def read_result_folder(folder: Path) -> ResultFolder:
    """Read the result in `folder` and its inputs.

    Raises:
        UnusableInputError: the result or its inputs have faults. The error lists all of them.
    """
    if not folder.is_dir():
        raise UnusableInputError([InputFault(str(folder), 1, WHOLE_FILE, facts.NO_FOLDER())])
    faults: list[InputFault] = []
    result: Result | None = None
    stored = read_source(folder / "result.json", MAX_RESULT_BYTES)
    if isinstance(stored, InputFault):
        faults.append(stored)
    else:
        result, found = read_result(stored.name, stored.content)
        faults.extend(found)
    kept = folder / "inputs" / KEPT_FILE
    try:
        inputs = parse_inputs(
            read_source(folder / "inputs" / "cycle.toml", MAX_CYCLE_FILE_BYTES),
            _people(folder / "inputs", "coachees"),
            _people(folder / "inputs", "coaches"),
            read_source(kept, MAX_RESULT_BYTES) if kept.exists() else None,
            _recorded_reading(folder),
            earlier=kept_earlier_sources(folder / "inputs"),
        )
    except UnusableInputError as error:
        raise UnusableInputError([*faults, *error.faults]) from None
    where = folder / "inputs" / UNDER_WAY_FILE
    if where.exists():
        inputs, found = _add_under_way(inputs, read_source(where, MAX_RESULT_BYTES))
        faults.extend(found)
    if faults or result is None:
        raise UnusableInputError(faults)
    return ResultFolder(inputs, result)


def _add_under_way(
    inputs: CycleInputs, stored: InputSource
) -> tuple[CycleInputs, tuple[InputFault, ...]]:
    if isinstance(stored, InputFault):
        return inputs, (stored,)
    try:
        where = UnderWay.model_validate_json(stored.content)
    except ValidationError as error:
        detail = error.errors(include_url=False, include_input=False)[0]
        message = facts.NOT_PROGRESS(reason=validation_fact(detail))
        return inputs, (InputFault(stored.name, 1, WHOLE_FILE, message),)
    return inputs.with_under_way(where, stored.content), ()


def _recorded_reading(folder: Path) -> ListReading:
    """Return the recorded settings with which the run read its lists, or the defaults."""
    try:
        parameters = read_run_record(folder).run.parameters
        b"".decode(parameters.encoding or "utf-8")
    except (UnusableInputError, LookupError):
        return ListReading()
    return ListReading(strict=parameters.strict, encoding=parameters.encoding)


def _people(folder: Path, stem: str) -> InputSource:
    """Return the list `stem` (CSV, XLSX or ODS), or a fault if there is not exactly one file."""
    found = [folder / f"{stem}.{ending}" for ending in ("csv", "xlsx", "ods")]
    existing = [path for path in found if path.exists()]
    if len(existing) > 1:
        both = facts.SEVERAL_FILES(files=[path.name for path in existing])
        return InputFault(str(folder), 1, WHOLE_FILE, both)
    return read_source(existing[0] if existing else found[0], MAX_FILE_BYTES)
