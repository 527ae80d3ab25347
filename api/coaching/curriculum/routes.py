"""JSON routes for the modules of the curriculum."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter

from api.coaching.curriculum import changes
from api.coaching.curriculum.catalogue import StoredModule
from api.coaching.curriculum.changes import Approval
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.limits import LimitRule
from api.http.permissions import MANAGER, OFFICE, SIGNED_IN, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.values import FrozenModel
from coach.curriculum import Module

MODULES = APIRouter(prefix=f"{API}/modules", tags=["curriculum"])


class ModuleJson(FrozenModel):
    """A module. `own` is true if the office has added it; `version` is the number of changes."""

    module: Module
    own: bool
    retired_at: datetime | None
    version: int


@MODULES.get("")
def list_modules(services: ServicesDep, principal: PrincipalDep) -> tuple[ModuleJson, ...]:
    """List the modules in curriculum order.

    Coaches and coachees see neither retired modules nor objectives that are awaiting approval.
    """
    found = changes.read_curriculum(services)
    if principal.role in OFFICE:
        return tuple(map(_shown, found))
    return tuple(
        _shown(one).model_copy(update={"module": one.module.without_drafts()})
        for one in found
        if one.retired_at is None
    )


@MODULES.post("", status_code=HTTPStatus.CREATED, responses=problem_responses(409, 422))
def add_module(module: Module, services: ServicesDep) -> ModuleJson:
    """Add a module."""
    return _shown(changes.add_module(services, module))


@MODULES.put("/{module_code}", responses=problem_responses(404, 412, 422))
def change_module(
    module_code: str, module: Module, version: int, services: ServicesDep
) -> ModuleJson:
    """Replace a module. `version` is the version that you have read."""
    return _shown(changes.change_module(services, module_code, module, version=version))


@MODULES.post("/{module_code}/approval", responses=problem_responses(404, 412, 422))
def approve_objectives(module_code: str, approval: Approval, services: ServicesDep) -> ModuleJson:
    """Approve objectives, so that coaches and coachees see them."""
    return _shown(changes.approve_objectives(services, module_code, approval))


@MODULES.put("/{module_code}/retirement", responses=problem_responses(404))
def retire_module(module_code: str, services: ServicesDep) -> ModuleJson:
    """Retire a module: it is no longer suggested or planned, but stays in existing plans."""
    return _shown(changes.retire_module(services, module_code))


@MODULES.delete("/{module_code}/retirement", responses=problem_responses(404))
def restore_module(module_code: str, services: ServicesDep) -> ModuleJson:
    """Restore a retired module, so that it can be suggested and planned again."""
    return _shown(changes.restore_module(services, module_code))


@MODULES.delete(
    "/{module_code}", status_code=HTTPStatus.NO_CONTENT, responses=problem_responses(404, 409)
)
def delete_module(module_code: str, services: ServicesDep) -> None:
    """Delete a module that the office has added, unless it is planned or was covered."""
    changes.delete_module(services, module_code)


def _shown(one: StoredModule) -> ModuleJson:
    return ModuleJson(
        module=one.module, own=one.own, retired_at=one.retired_at, version=one.version
    )


ROUTERS = (MODULES,)
PERMISSIONS: Permissions = {
    ("GET", API + "/modules"): Permission(SIGNED_IN, limits=LimitRule.NO_CYCLE),
    ("POST", API + "/modules"): Permission(MANAGER),
    ("PUT", API + "/modules/{module_code}"): Permission(MANAGER),
    ("DELETE", API + "/modules/{module_code}"): Permission(MANAGER),
    ("POST", API + "/modules/{module_code}/approval"): Permission(MANAGER),
    ("PUT", API + "/modules/{module_code}/retirement"): Permission(MANAGER),
    ("DELETE", API + "/modules/{module_code}/retirement"): Permission(MANAGER),
}
