"""How long the people of a cycle stay, and holding that they are erased."""

from __future__ import annotations

from fastapi import APIRouter

from api.data_protection import retention_policy as retention_dates
from api.data_protection.retention_policy import HoldInput, Retention
from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.services import Services

RETENTION = APIRouter(prefix=f"{API}/cycles/{{cycle_id}}/retention", tags=["people"])


@RETENTION.get("", responses=problem_responses(404))
def read_retention(cycle_id: str, services: ServicesDep) -> Retention:
    """When the people of a cycle are erased, or why that is held."""
    return _retention(services, cycle_id)


@RETENTION.put("/hold", responses=problem_responses(404, 409, 422))
def hold(cycle_id: str, hold_input: HoldInput, services: ServicesDep) -> Retention:
    """Have nobody of a cycle erased until it is released. Name no person in the reason."""
    with services.database.writing() as tx:
        retention_dates.hold(tx, cycle_id, hold_input, now=services.now())
    return _retention(services, cycle_id)


@RETENTION.delete("/hold", responses=problem_responses(404, 409))
def release(cycle_id: str, services: ServicesDep) -> Retention:
    """Hold it no longer. Nobody is erased before managers were warned for thirty days again."""
    with services.database.writing() as tx:
        retention_dates.release(tx, cycle_id)
    return _retention(services, cycle_id)


def _retention(services: Services, cycle_id: str) -> Retention:
    days = services.settings.retention_days
    with services.database.reading() as tx:
        return retention_dates.retention_of(tx, cycle_id, days, now=services.now())


ROUTERS = (RETENTION,)
PERMISSIONS: Permissions = {
    ("GET", API + "/cycles/{cycle_id}/retention"): Permission(MANAGER),
    ("PUT", API + "/cycles/{cycle_id}/retention/hold"): Permission(MANAGER),
    ("DELETE", API + "/cycles/{cycle_id}/retention/hold"): Permission(MANAGER),
}
