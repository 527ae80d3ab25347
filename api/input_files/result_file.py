"""Reads result files."""

from __future__ import annotations

import re

from pydantic import ValidationError

from api.files.upload_limits import MAX_RESULT_BYTES, UnreadableError, check_size
from api.input_files import facts
from coach.errors import InputFault
from coach.intake.fault_messages import WHOLE_FILE
from coach.intake.toml_positions import dotted_key
from coach.validation_errors import validation_fact
from matching.records.result_file import parse_result
from matching.result import Result


def read_result(name: str, content: bytes) -> tuple[Result | None, tuple[InputFault, ...]]:
    """Return the result, or `None` and all faults, which refer to the file as `name`.

    Faults in values are reported in row 1, because their line numbers are not known.
    """
    try:
        check_size(content, MAX_RESULT_BYTES)
        return parse_result(content), ()
    except UnreadableError as error:
        return None, (InputFault(name, 1, WHOLE_FILE, error.shown),)
    except ValidationError as error:
        return None, tuple(
            InputFault(
                name,
                _row(detail["msg"]),
                dotted_key(tuple(detail["loc"])) or WHOLE_FILE,
                facts.NOT_A_RESULT(reason=validation_fact(detail)),
            )
            for detail in error.errors(include_url=False, include_input=False)
        )


def _row(message: str) -> int:
    line = re.search(r"at line (\d+) column", message)
    return max(1, int(line[1])) if line else 1
