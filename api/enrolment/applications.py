"""Applications, which are parsed like rows of a list and await the office's decision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.enrolment import facts
from api.enrolment.address_codes import ConfirmedAddress, require_confirmed, use_up
from api.enrolment.calls import PublicCall, public_call
from api.enrolment.rows import ApplicationRow
from api.input_files.reference_data import reference
from api.participants.rows import Side
from api.services import Services
from coach.errors import ConflictError, InputFault, UnusableInputError
from coach.feedback import SingleLineText
from coach.intake.columns import COLUMNS, PeopleKind
from coach.intake.people_sheet import read_sheet
from coach.intake.reference import ReadContext
from coach.intake.table import TextTable
from coach.intake.written_form import people_rows
from coach.people import Coach, Coachee

KINDS = {Side.COACHEE: PeopleKind.COACHEES, Side.COACH: PeopleKind.COACHES}
MAX_WAITING = 1_000
_SHARED = (
    *("name", "country", "timezone", "languages", "availability", "unavailable"),
    *("rank", "service", "unit", "topics"),
)
FIELDS: Mapping[Side, tuple[str, ...]] = {
    Side.COACHEE: (*_SHARED, "role"),
    Side.COACH: (*_SHARED, "capacity"),
}
"""The columns of the lists that people fill in themselves when they apply."""
_PLACEHOLDER = "applicant"
_Line = Annotated[str, Field(max_length=200), SingleLineText]
_Text = Annotated[str, Field(max_length=1_000)]


class ApplicationInput(ConfirmedAddress):
    """An application, in which each field has the format of its column in the lists.

    Values in other formats are interpreted as in the lists. `role` is for coachees, `capacity` for
    coaches.
    """

    side: Side
    name: _Line
    country: _Line
    timezone: _Line = ""
    languages: Annotated[_Text, Field(examples=["sr:C2; en:B2"])]
    availability: Annotated[_Text, Field(examples=["Mon 09:00-12:00"])]
    unavailable: _Text = ""
    rank: _Line = ""
    service: _Line = ""
    unit: _Line = ""
    topics: _Text = ""
    role: _Line = ""
    capacity: _Line = ""


def apply(services: Services, secret: str, given: ApplicationInput) -> None:
    """Store an application from a confirmed address, replacing any earlier one for the same side.

    Raises:
        NotFoundError: there is no such call, or it has ended.
        NotAllowedError: the address is not confirmed.
        ConflictError: the call is for the other side, or too many applications are waiting.
        UnusableInputError: values are invalid. The error lists all faults, with the field as the
            column, and nothing is stored.
    """
    with services.database.writing() as tx:
        call, now = public_call(tx, services, secret), services.now()
        require_confirmed(tx, services.keyring, call, given, now)
        if call.side not in {None, given.side}:
            raise ConflictError(facts.OTHER_SIDE())
        person = read_applicant(given.side, _cells(given), given.address)
        _store(tx, call, given.side, person, now)
        use_up(tx, services.keyring, call, given.address)


def read_applicant(
    side: Side, cells: Mapping[str, str], address: str, code: str = _PLACEHOLDER
) -> Coachee | Coach:
    """Return the person described by an application's cells, with `code` as their id.

    Raises:
        UnusableInputError: values are invalid.
    """
    row = {**cells, "id": code, "email": address}
    names = [column.name for column in COLUMNS[KINDS[side]] if column.name in row]
    table = TextTable("form", [names, [row[name] for name in names]])
    sheet = read_sheet(table, KINDS[side], ReadContext(reference()))
    if sheet.faults:
        raise UnusableInputError(
            InputFault("form", 1, fault.column, fault.message) for fault in sheet.faults
        )
    return (sheet.coachees() if side is Side.COACHEE else sheet.coaches())[0]


def _cells(given: ApplicationInput) -> dict[str, str]:
    entered = {name: getattr(given, name) for name in FIELDS[given.side]}
    return {name: "; ".join(text.splitlines()) for name, text in entered.items()}


def _store(
    tx: Transaction, call: PublicCall, side: Side, person: Coachee | Coach, now: datetime
) -> None:
    own = (ApplicationRow.cycle_id == call.cycle.id, ApplicationRow.side == side)
    row = tx.scalar(
        select(ApplicationRow).where(*own, func.lower(ApplicationRow.email) == person.email.lower())
    )
    if row is None:
        waiting = select(func.count(ApplicationRow.id)).where(
            ApplicationRow.cycle_id == call.cycle.id
        )
        if (tx.scalar(waiting) or 0) >= MAX_WAITING:
            raise ConflictError(facts.FULL(limit=MAX_WAITING))
        row = ApplicationRow(cycle_id=call.cycle.id, side=side, email=person.email)
        tx.add(row)
    header, written = people_rows(KINDS[side], [person])
    row.name, row.created_at = person.name, now
    row.cells = {
        name: text for name, text in zip(header, written, strict=True) if name in FIELDS[side]
    }
    record_event(tx, "application received", "cycle", call.cycle.id)
