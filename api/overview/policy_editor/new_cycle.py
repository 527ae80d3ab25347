"""Creates a cycle from the fields of a form."""

from __future__ import annotations

from collections.abc import Mapping

from api.input_files.policy_file import CYCLE_FILE
from api.overview import cycles
from api.overview.cycles import CycleSummary
from api.overview.policy_editor import facts
from api.overview.policy_editor.keys import DEFAULTS, FIRST_KEYS, KEYS, WITHOUT_DEFAULT
from api.overview.policy_editor.presenters import entered_of
from api.overview.policy_editor.written_values import merge_patch, read_fields
from api.services import Services
from coach.errors import InputFault, UnusableInputError

_NAME = "cycle.name"


def first_entries() -> dict[str, str]:
    """Return the initial texts of a new cycle's fields: the defaults, if there are any."""
    return entered_of(DEFAULTS, FIRST_KEYS) | dict.fromkeys(WITHOUT_DEFAULT, "")


def create_from_fields(services: Services, entered: Mapping[str, str]) -> CycleSummary:
    """Create a cycle from the texts of form fields, as if from a cycle file.

    Raises:
        UnusableInputError: texts are invalid. The error lists all faults, with the key as the
            column.
    """
    values, faults = read_fields([KEYS[key] for key in FIRST_KEYS], entered)
    if not entered.get(_NAME, "").strip():
        faults = [InputFault(CYCLE_FILE, 1, _NAME, facts.NAME_MISSING()), *faults]
    settings = merge_patch((key, value, ()) for key, value in values.items() if value is not None)
    try:
        if not faults:
            return cycles.create_cycle_from_settings(services, settings)
        cycles.check_settings(settings)
    except UnusableInputError as error:
        known = {fault.column for fault in faults}
        faults += [fault for fault in error.faults if fault.column not in known]
    raise UnusableInputError(faults)
