"""JSON routes for the retention of the people in a cycle, and for holds on their erasure."""

from __future__ import annotations

from fastapi import APIRouter

from api.data_protection import retention_policy
from api.data_protection.retention_policy import HoldInput, Retention
from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API

RETENTION = APIRouter(prefix=f"{API}/cycles/{{cycle_id}}/retention", tags=["people"])


@RETENTION.get("", responses=problem_responses(404))
def read_retention(cycle_id: str, services: ServicesDep) -> Retention:
    """Get the date on which the people in a cycle will be erased, or the reason for the hold."""
    return retention_policy.read_retention(services, cycle_id)


@RETENTION.put("/hold", responses=problem_responses(404, 409, 422))
def hold(cycle_id: str, hold_input: HoldInput, services: ServicesDep) -> Retention:
    """Put a hold on the erasure of the people in a cycle.

    Do not name anyone in the reason.
    """
    return retention_policy.hold(services, cycle_id, hold_input)


@RETENTION.delete("/hold", responses=problem_responses(404, 409))
def release(cycle_id: str, services: ServicesDep) -> Retention:
    """End the hold. Erasure then requires a new warning period of 30 days."""
    return retention_policy.end_hold(services, cycle_id)


ROUTERS = (RETENTION,)
PERMISSIONS: Permissions = {
    ("GET", API + "/cycles/{cycle_id}/retention"): Permission(MANAGER),
    ("PUT", API + "/cycles/{cycle_id}/retention/hold"): Permission(MANAGER),
    ("DELETE", API + "/cycles/{cycle_id}/retention/hold"): Permission(MANAGER),
}
