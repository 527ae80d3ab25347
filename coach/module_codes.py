"""The codes of curriculum modules, such as `B1`."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from coach import facts
from coach.errors import InvalidValueError

MAX_CODE = 10
_CODE = re.compile("[A-Z][A-Z0-9]*")


def _check_code(code: str) -> str:
    """Return `code` if it is a capital letter followed by capital letters and digits.

    Raises:
        InvalidValueError: `code` has another form.
    """
    if not _CODE.fullmatch(code):
        raise InvalidValueError(facts.NOT_A_CODE())
    return code


ModuleCode = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=MAX_CODE), AfterValidator(_check_code)
]
