"""Use cases for a person's busy times, from an uploaded calendar file. Only times are kept."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, Field
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.calendar.busy_times import MAX_BUSY_TIMES, CalendarOwner, busy_times_in
from api.cycles.service import cycle_header
from api.http.principal import Principal
from api.input_files.source import NamedFile
from api.own_data import facts
from api.participants.own_values import set_own_values
from api.participants.rows import PersonRow
from api.participants.service import person_row, profile_of
from api.services import Services
from api.values import FrozenModel
from coach.availability import BusyTime
from coach.errors import ConflictError

_EXAMPLE = "2027-02-01T09:00-10:30"


def _from_form(value: object) -> object:
    return tuple(value.split()) if isinstance(value, str) else value


class BusyTimes(FrozenModel):
    """A person's busy times, local to `timezone`; each consists of a day, a start and an end."""

    timezone: str
    times: Annotated[tuple[str, ...], Field(examples=[[_EXAMPLE]])]


class RemovedTimes(FrozenModel):
    """Busy times to remove, written as in `BusyTimes`; `everything` removes all of them."""

    times: Annotated[
        tuple[Annotated[str, Field(max_length=30)], ...],
        BeforeValidator(_from_form),
        Field(max_length=MAX_BUSY_TIMES, examples=[[_EXAMPLE]]),
    ] = ()
    everything: bool = False


def read_busy_times(services: Services, principal: Principal) -> BusyTimes:
    """Return the requesting person's busy times."""
    with services.database.reading() as tx:
        return _busy_times(person_row(tx, principal.person_id or ""))


def upload_calendar(services: Services, principal: Principal, file: NamedFile) -> BusyTimes:
    """Replace the requesting person's busy times with those in a calendar file, and return them.

    Only times within the cycle, from today on, are kept; the file is not stored.

    Raises:
        UnusableInputError: the file is not a calendar, or too large or complex.
        BusyError: too many calendars are being read.
        ConflictError: the person has been erased.
    """
    with services.database.reading() as tx:
        row = _row(tx, principal)
        dates, zone = cycle_header(tx, row.cycle_id), profile_of(row).zone
        owner = CalendarOwner(row.timezone, row.email)
    first: date = max(dates.start, services.now().astimezone(zone).date())
    busy = busy_times_in(file.name, file.content, owner, first, dates.end)
    with services.database.writing() as tx:
        return _store(tx, _row(tx, principal), busy)


def remove_busy_times(services: Services, principal: Principal, removed: RemovedTimes) -> BusyTimes:
    """Remove some or all of the requesting person's busy times, and return the remaining ones.

    Raises:
        ConflictError: the person has been erased.
    """
    with services.database.writing() as tx:
        row, gone = _row(tx, principal), frozenset(removed.times)
        left = [] if removed.everything else profile_of(row).busy
        return _store(tx, row, [one for one in left if time_key(one) not in gone])


def time_key(busy: BusyTime) -> str:
    """Return a busy time as text without spaces, such as `2027-02-01T09:00-10:30`."""
    return str(busy).replace(" ", "T")


def _row(tx: Transaction, principal: Principal) -> PersonRow:
    row = person_row(tx, principal.person_id or "")
    if row.erased_at is not None:
        raise ConflictError(facts.ERASED())
    return row


def _store(tx: Transaction, row: PersonRow, busy: Collection[BusyTime]) -> BusyTimes:
    person = profile_of(row).model_copy(update={"busy": tuple(busy)})
    stored = person.model_dump(mode="json", include={"busy"}).get("busy", [])
    if set_own_values(row, {"busy": stored}):
        record_event(tx, "own details changed", "person", row.id, busy="changed")
    return _busy_times(row)


def _busy_times(row: PersonRow) -> BusyTimes:
    return BusyTimes(timezone=row.timezone, times=tuple(map(time_key, profile_of(row).busy)))
