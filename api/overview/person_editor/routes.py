"""JSON routes for the data of one person."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.limits import LimitRule
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.principal import TokenScope
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.http.versions import RequiredVersion, set_version
from api.overview.person_editor import service
from api.overview.person_editor.service import EditedPerson
from api.participants.rows import Side
from api.values import FrozenModel

PERSON = APIRouter(prefix=f"{API}/people/{{person_id}}/cells", tags=["people"])
_Cell = Annotated[str | None, Field(max_length=4000)]


class PersonCells(FrozenModel):
    """The data of a person; each value has the format of its list column."""

    id: str
    side: Side
    code: str
    cells: dict[str, str]


class PersonCellsInput(FrozenModel):
    """New values, in the format of the list; omitted or null fields do not change.

    Columns that exist only in the other list are ignored.
    """

    name: _Cell = None
    country: _Cell = None
    timezone: _Cell = None
    languages: _Cell = None
    availability: Annotated[_Cell, Field(examples=["Mon 09:00-12:00"])] = None
    unavailable: _Cell = None
    rank: _Cell = None
    service: _Cell = None
    unit: _Cell = None
    topics: _Cell = None
    role: _Cell = None
    rank_sensitivity: _Cell = None
    uniformed_coach: _Cell = None
    priority: _Cell = None
    capacity: _Cell = None
    max_per_day: _Cell = None
    max_per_week: _Cell = None
    chain_of_command: _Cell = None


@PERSON.get("", responses=problem_responses(404, 409))
def read_person_cells(
    person_id: str, services: ServicesDep, principal: PrincipalDep, response: Response
) -> PersonCells:
    """Get the data of a person in a list. `ETag` is the version of the data."""
    return _json(service.read_person(services, person_id, principal), response)


@PERSON.patch("", responses=problem_responses(404, 409, 412, 422, 428))
def change_person_cells(
    person_id: str,
    given: PersonCellsInput,
    services: ServicesDep,
    principal: PrincipalDep,
    *,
    version: RequiredVersion,
    response: Response,
) -> PersonCells:
    """Change the data of a person in a list. The values are checked like a row of the list."""
    entered = given.model_dump(exclude_none=True)
    edited = service.edit_person(services, person_id, entered, version=version, principal=principal)
    return _json(edited, response)


def _json(person: EditedPerson, response: Response) -> PersonCells:
    set_version(response, person.version)
    return PersonCells(id=person.id, side=person.side, code=person.code, cells=dict(person.cells))


ROUTERS = (PERSON,)
PERMISSIONS: Permissions = {
    ("GET", API + "/people/{person_id}/cells"): Permission(
        MANAGER, audit_action="person opened", limits=LimitRule.COUNTRIES
    ),
    ("PATCH", API + "/people/{person_id}/cells"): Permission(
        MANAGER, scope=TokenScope.PEOPLE, limits=LimitRule.COUNTRIES
    ),
}
