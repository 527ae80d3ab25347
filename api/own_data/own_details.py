"""Use cases for people who read and change their own availability and details.

The fields have the same format as in the lists and are read by the same parsers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.http.principal import Principal
from api.input_files.reference_data import reference
from api.own_data import facts
from api.participants.own_values import OWN_FIELDS, set_own_values
from api.participants.rows import PersonRow, Side
from api.participants.service import person_row, profile_of
from api.services import Services
from api.values import FrozenModel
from coach.availability import WeeklyWindow
from coach.errors import ConflictError, InputFault, UnusableInputError
from coach.intake.cell_reading import read_cell
from coach.intake.cells import CellError
from coach.intake.columns import COLUMNS, PeopleKind
from coach.intake.reference import ReadContext
from coach.intake.written_form import written_cell
from coach.people import Coach, Coachee

_KINDS = {Side.COACHEE: PeopleKind.COACHEES, Side.COACH: PeopleKind.COACHES}
_MODELS: Mapping[Side, type[Coachee | Coach]] = {Side.COACHEE: Coachee, Side.COACH: Coach}
_NO_VALUE: Mapping[str, Any] = {"refuses": frozenset()}
MAX_LENGTH = 4000

_Cell = Annotated[str, Field(max_length=MAX_LENGTH)]


class OwnDetails(FrozenModel):
    """A person's own details, each in the format of its column in the lists.

    `availability` and `unavailable` are local to `timezone`. `prefers` is empty for coaches.
    """

    side: Side
    timezone: str
    availability: str
    unavailable: str
    languages: str
    topics: str
    prefers: str
    refuses: str


class OwnDetailsInput(FrozenModel):
    """New values, each in the format of its list column; omitted fields do not change.

    Entries are separated by semicolons or line breaks. People in `prefers` and `refuses` are
    identified by name or id.
    """

    availability: Annotated[_Cell | None, Field(examples=["Mon 09:00-12:00"])] = None
    unavailable: Annotated[_Cell | None, Field(examples=["2027-02-01..2027-02-14"])] = None
    languages: Annotated[_Cell | None, Field(examples=["cnr:C2; en:B2"])] = None
    topics: _Cell | None = None
    prefers: _Cell | None = None
    refuses: _Cell | None = None


def read_own_details(services: Services, principal: Principal) -> OwnDetails:
    """Return the requesting person's details."""
    with services.database.reading() as tx:
        return _details(person_row(tx, principal.person_id or ""))


def own_windows(services: Services, principal: Principal) -> tuple[WeeklyWindow, ...]:
    """Return the weekly windows in which the requesting person is free."""
    with services.database.reading() as tx:
        return profile_of(person_row(tx, principal.person_id or "")).availability


def save_own_details(
    services: Services, principal: Principal, given: OwnDetailsInput
) -> OwnDetails:
    """Change the requesting person's details, and return the new details.

    The next run uses the new details. They are kept when the programme office uploads a list with
    the same values as its previous list.

    Raises:
        UnusableInputError: values are invalid. The error lists all faults, with the field as the
            column, and nothing is changed.
        ConflictError: the person has been erased.
    """
    with services.database.writing() as tx:
        return store_own_details(tx, principal, given)


def store_own_details(tx: Transaction, principal: Principal, given: OwnDetailsInput) -> OwnDetails:
    """Change a person's details; see `save_own_details`."""
    row = person_row(tx, principal.person_id or "")
    if row.erased_at is not None:
        raise ConflictError(facts.ERASED())
    entered = {name: text for name in OWN_FIELDS if (text := getattr(given, name)) is not None}
    person = _MODELS[row.side].model_validate(row.profile | _read(row.side, entered))
    values = person.model_dump(mode="json", include=set(entered))
    if "refuses" in values:
        values["refuses"].sort()
    if changed := set_own_values(row, values):
        details: dict[str, Any] = dict.fromkeys(changed, "changed")
        record_event(tx, "own details changed", "person", row.id, **details)
    return _details(row)


def _read(side: Side, entered: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of the fields in `entered`, or raise `UnusableInputError`."""
    columns = {column.name: column for column in COLUMNS[_KINDS[side]]}
    context, faults, values = ReadContext(reference()), [], {}
    for name, text in entered.items():
        if name not in columns:
            if text.strip():
                faults.append(InputFault("form", 1, name, facts.NO_PREFERENCES()))
            continue
        try:
            found = read_cell(columns[name], "; ".join(text.splitlines()), context)
        except CellError as error:
            faults += [InputFault("form", 1, name, message) for message in error.messages]
            continue
        values[name] = _NO_VALUE.get(name, ()) if found.value is None else found.value
    if faults:
        raise UnusableInputError(faults)
    return values


def _details(row: PersonRow) -> OwnDetails:
    person = profile_of(row)
    texts = {name: written_cell(person, name) for name in OWN_FIELDS if hasattr(person, name)}
    return OwnDetails(side=row.side, timezone=row.timezone, **{"prefers": "", **texts})
