"""Reading a folder of results back: the result, and the inputs it was made from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from api.files.upload_limits import LARGEST_CYCLE_FILE, LARGEST_FILE, LARGEST_RESULT
from api.input_files.cycle_inputs import KEPT, UNDER_WAY, CycleInputs, Source, combine, from_disk
from api.results.result_file import read_result
from coach.errors import InputFault, UnusableInputError
from coach.intake.fault_messages import WHOLE_FILE
from matching.instance.partial_cycle import UnderWay
from matching.result import Result


@dataclass(frozen=True, slots=True)
class ResultFolder:
    """A result as it stands in its folder, with the inputs beside it."""

    inputs: CycleInputs
    result: Result


def read_result_folder(folder: Path) -> ResultFolder:
    """The result in `folder` and its inputs.

    Raises:
        UnusableInputError: with every fault of the result and of its inputs.
    """
    if not folder.is_dir():
        raise UnusableInputError(
            [InputFault(str(folder), 1, WHOLE_FILE, "there is no such folder of results")]
        )
    faults: list[InputFault] = []
    result: Result | None = None
    stored = from_disk(folder / "result.json", LARGEST_RESULT)
    if isinstance(stored, InputFault):
        faults.append(stored)
    else:
        result, found = read_result(stored.name, stored.content)
        faults.extend(found)
    kept = folder / "inputs" / KEPT
    try:
        inputs = combine(
            from_disk(folder / "inputs" / "cycle.toml", LARGEST_CYCLE_FILE),
            _people(folder / "inputs", "coachees"),
            _people(folder / "inputs", "coaches"),
            from_disk(kept, LARGEST_RESULT) if kept.exists() else None,
        )
    except UnusableInputError as error:
        raise UnusableInputError([*faults, *error.faults]) from None
    where = folder / "inputs" / UNDER_WAY
    if where.exists():
        inputs, found = _standing(inputs, from_disk(where, LARGEST_RESULT))
        faults.extend(found)
    if faults or result is None:
        raise UnusableInputError(faults)
    return ResultFolder(inputs, result)


def _standing(inputs: CycleInputs, stored: Source) -> tuple[CycleInputs, tuple[InputFault, ...]]:
    if isinstance(stored, InputFault):
        return inputs, (stored,)
    try:
        where = UnderWay.model_validate_json(stored.content)
    except ValidationError as error:
        told = error.errors(include_url=False, include_context=False)[0]["msg"]
        message = f"this does not say where a cycle stands: {told[0].lower()}{told[1:]}"
        return inputs, (InputFault(stored.name, 1, WHOLE_FILE, message),)
    return inputs.standing(where, stored.content), ()


def _people(folder: Path, stem: str) -> Source:
    """The one people file of that name, whatever its ending."""
    found = [folder / f"{stem}.{ending}" for ending in ("csv", "xlsx", "ods")]
    there = [path for path in found if path.exists()]
    if len(there) > 1:
        names = " and ".join(path.name for path in there)
        return InputFault(str(folder), 1, WHOLE_FILE, f"{names} are both there; keep one")
    return from_disk(there[0] if there else found[0], LARGEST_FILE)
