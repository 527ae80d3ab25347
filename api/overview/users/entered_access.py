"""The access that an administrator enters for a user, checked against cycles and countries."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Annotated

from pydantic import Field
from sqlalchemy import select

from api.accounts.access import Access, OfficeRole
from api.cycles.rows import CycleRow
from api.input_files.reference_data import reference
from api.overview.users import facts
from api.services import Services
from api.values import FrozenModel
from coach.errors import InputFault, UnusableInputError
from coach.texts.facts import Displayed

_MAX_CYCLES, _MAX_COUNTRIES = 1000, 300
_SEPARATORS = re.compile(r"[\s,;]+")
_Name = Annotated[str, Field(max_length=40)]


class EnteredAccess(FrozenModel):
    """A user's role and limits. Managers can be limited to certain cycle ids and country codes.

    If `cycles` or `countries` are left out or null, the user sees all of them.
    """

    role: OfficeRole
    cycles: Annotated[list[_Name] | None, Field(max_length=_MAX_CYCLES)] = None
    countries: Annotated[
        list[_Name] | None, Field(max_length=_MAX_COUNTRIES, examples=[["AL", "ME"]])
    ] = None


def cycle_names(services: Services) -> dict[str, str]:
    """Return the names of all cycles, keyed by id, newest first."""
    with services.database.reading() as tx:
        cycles = select(CycleRow.id, CycleRow.name)
        rows = tx.execute(cycles.order_by(CycleRow.created_at.desc(), CycleRow.id)).all()
        return {row.id: row.name for row in rows}


def access_from_form(services: Services, fields: Mapping[str, str]) -> Access:
    """Return the access entered in a form.

    Raises:
        UnusableInputError: the input is incomplete or invalid; the columns name the form fields.
    """
    role = fields.get("role", "")
    if role not in [one.value for one in OfficeRole]:
        raise UnusableInputError([InputFault("form", 1, "role", facts.CHOOSE_ROLE())])
    countries = _SEPARATORS.split(fields.get("countries", "").strip())
    limited_by = {limit: fields.get(f"limit_{limit}") == "on" for limit in ("cycles", "countries")}
    entered = EnteredAccess.model_construct(
        role=OfficeRole(role),
        cycles=fields.get("cycles", "").split() if limited_by["cycles"] else None,
        countries=[one for one in countries if one] if limited_by["countries"] else None,
    )
    return checked_access(services, entered)


def checked_access(services: Services, entered: EnteredAccess) -> Access:
    """Return the entered access, after checking its cycles and countries.

    Raises:
        UnusableInputError: a cycle or country does not exist, none is selected, or limits were
            entered for a user who is not a manager.
    """
    faults = list(_faults(entered, cycle_names(services)))
    if faults:
        raise UnusableInputError(InputFault("form", 1, field, fault) for field, fault in faults)
    countries = None if entered.countries is None else {one.upper() for one in entered.countries}
    return Access(
        role=entered.role,
        cycles=None if entered.cycles is None else frozenset(entered.cycles),
        countries=None if countries is None else frozenset(countries),
    )


def _faults(entered: EnteredAccess, cycles: Collection[str]) -> Iterator[tuple[str, Displayed]]:
    limited = entered.cycles is not None or entered.countries is not None
    if limited and entered.role is not OfficeRole.MANAGER:
        yield "role", facts.ONLY_MANAGERS()
    if entered.cycles is not None:
        unknown = [one for one in entered.cycles if one not in cycles]
        if unknown:
            yield "cycles", facts.NO_SUCH_CYCLE(id=unknown[0])
        elif not entered.cycles:
            yield "cycles", facts.CHOOSE_CYCLE()
    if entered.countries is not None:
        unknown = [one for one in entered.countries if one.upper() not in reference().countries]
        if unknown:
            yield "countries", facts.NOT_A_COUNTRY(code=unknown[0])
        elif not entered.countries:
            yield "countries", facts.CHOOSE_COUNTRY()
