"""JSON routes for a cycle's reminders."""

from __future__ import annotations

from fastapi import APIRouter

from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.principal import TokenScope
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.reminders import switch
from api.reminders.switch import Reminders, ReminderSwitch

REMINDERS = APIRouter(prefix=f"{API}/cycles/{{cycle_id}}/reminders", tags=["invitations"])


@REMINDERS.get("", responses=problem_responses(404))
def read_reminders(cycle_id: str, services: ServicesDep) -> Reminders:
    """Get whether and when people in a cycle receive reminders by email."""
    return switch.read_reminders(services, cycle_id)


@REMINDERS.put("", responses=problem_responses(404, 422))
def switch_reminders(cycle_id: str, body: ReminderSwitch, services: ServicesDep) -> Reminders:
    """Switch reminders on or off for this cycle only."""
    return switch.switch_reminders(services, cycle_id, body)


ROUTERS = (REMINDERS,)
PERMISSIONS: Permissions = {
    ("GET", API + "/cycles/{cycle_id}/reminders"): Permission(MANAGER),
    ("PUT", API + "/cycles/{cycle_id}/reminders"): Permission(MANAGER, scope=TokenScope.PEOPLE),
}
