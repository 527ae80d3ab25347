"""JSON routes for creating, listing and reading cycles, and for replacing their policy."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Response

from api.cycles.routes import CycleFileBody
from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, OFFICE, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.input_files.policy_file import CYCLE_FILE
from api.input_files.source import NamedFile
from api.overview import cycles
from api.overview.cycles import CycleOverview, CycleSummary

CYCLES = APIRouter(prefix=f"{API}/cycles", tags=["cycles"])


@CYCLES.post("", status_code=HTTPStatus.CREATED, responses=problem_responses(413, 422))
def create_cycle(body: CycleFileBody, services: ServicesDep, response: Response) -> CycleSummary:
    """Create a cycle from a cycle file."""
    summary = cycles.create_cycle(services, NamedFile(CYCLE_FILE, body))
    response.headers["Location"] = f"{CYCLES.prefix}/{summary.id}"
    return summary


@CYCLES.get("", responses=problem_responses())
def list_cycles(services: ServicesDep) -> tuple[CycleSummary, ...]:
    """List all cycles, newest first."""
    return cycles.list_cycles(services)


@CYCLES.get("/{cycle_id}", responses=problem_responses(404))
def cycle_overview(cycle_id: str, services: ServicesDep) -> CycleOverview:
    """Get the state of a cycle: its policy, any unfinished run, and its draft plans."""
    return cycles.read_overview(services, cycle_id)


@CYCLES.put("/{cycle_id}/policy", responses=problem_responses(404, 413, 422))
def replace_policy(cycle_id: str, body: CycleFileBody, services: ServicesDep) -> CycleSummary:
    """Replace the policy with another cycle file.

    Existing plans keep the policy they were made with.
    """
    return cycles.replace_policy(services, cycle_id, NamedFile(CYCLE_FILE, body))


ROUTERS = (CYCLES,)
PERMISSIONS: Permissions = {
    ("POST", API + "/cycles"): Permission(MANAGER),
    ("GET", API + "/cycles"): Permission(OFFICE),
    ("GET", API + "/cycles/{cycle_id}"): Permission(MANAGER),
    ("PUT", API + "/cycles/{cycle_id}/policy"): Permission(MANAGER),
}
