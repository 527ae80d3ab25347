"""Reads run records."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from api.files.upload_limits import MAX_FILE_BYTES, UnreadableError, check_size
from api.input_files.source import read_source
from api.results import facts
from coach.errors import InputFault, UnusableInputError
from coach.intake.fault_messages import WHOLE_FILE
from coach.intake.toml_positions import dotted_key
from coach.validation_errors import validation_fact
from matching.records.run_record import RunRecord


def read_run_record(folder: Path) -> RunRecord:
    """Read the run record in a results folder.

    Raises:
        UnusableInputError: there is no record, or it has faults. The error lists all of them.
    """
    stored = read_source(folder / "run.json", MAX_FILE_BYTES)
    if isinstance(stored, InputFault):
        raise UnusableInputError([stored])
    try:
        check_size(stored.content)
        return RunRecord.model_validate_json(stored.content)
    except UnreadableError as error:
        raise UnusableInputError([InputFault(stored.name, 1, WHOLE_FILE, error.shown)]) from None
    except ValidationError as error:
        raise UnusableInputError(
            InputFault(
                stored.name,
                1,
                dotted_key(tuple(detail["loc"])) or WHOLE_FILE,
                facts.NOT_A_RUN_RECORD(reason=validation_fact(detail)),
            )
            for detail in error.errors(include_url=False, include_input=False)
        ) from None
