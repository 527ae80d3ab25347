"""JSON routes for creating, listing and reading cycles, and for replacing their policy."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body, Request, Response
from pydantic import JsonValue

from api.cycles.routes import AS_SETTINGS, CycleFileOrSettings
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.limits import LimitRule
from api.http.permissions import MANAGER, OFFICE, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.http.versions import RequiredVersion, set_version
from api.input_files.policy_changes import cycle_file_of
from api.input_files.policy_file import CYCLE_FILE
from api.lists.json_pages import JsonPageDep, set_total
from api.overview import cycles
from api.overview.cycles import CycleOverview, CycleSummary
from api.overview.published_pairs import PublishedPair, read_published_pairs
from api.overview.to_do import ToDo, read_to_do

CYCLES = APIRouter(prefix=f"{API}/cycles", tags=["cycles"])
TO_DO = APIRouter(prefix=API, tags=["cycles"])
PolicyChanges = Annotated[
    dict[str, JsonValue],
    Body(
        media_type="application/merge-patch+json",
        description="Tables of settings as in the cycle file (RFC 7396); null restores a default.",
        examples=[{"sessions": {"count": 5, "buffer_minutes": None}}],
    ),
]


@TO_DO.get("/to-do", responses=problem_responses())
def to_do(services: ServicesDep, principal: PrincipalDep) -> tuple[ToDo, ...]:
    """List the number of tasks of each kind in each cycle you may see, newest cycle first."""
    return read_to_do(services, principal)


@CYCLES.post(
    "",
    status_code=HTTPStatus.CREATED,
    responses=problem_responses(413, 422),
    openapi_extra=AS_SETTINGS,
)
def create_cycle(
    body: CycleFileOrSettings, services: ServicesDep, response: Response
) -> CycleSummary:
    """Create a cycle from a cycle file, or from the same settings as JSON."""
    summary = cycles.create_cycle(services, cycle_file_of(body))
    response.headers["Location"] = f"{CYCLES.prefix}/{summary.id}"
    return summary


@CYCLES.get("", responses=problem_responses())
def list_cycles(
    services: ServicesDep,
    principal: PrincipalDep,
    request: Request,
    response: Response,
    page: JsonPageDep,
) -> tuple[CycleSummary, ...]:
    """List the cycles that you may see, newest first, with the numbers of people you may see."""
    found = cycles.list_cycles(services, principal)
    set_total(request, response, page, len(found))
    return tuple(page.of(found))


@CYCLES.get("/{cycle_id}", responses=problem_responses(404))
def cycle_overview(cycle_id: str, services: ServicesDep) -> CycleOverview:
    """Get the state of a cycle: its policy, any unfinished run, and its draft plans."""
    return cycles.read_overview(services, cycle_id)


@CYCLES.get("/{cycle_id}/published-pairs", responses=problem_responses(404))
def list_published_pairs(
    cycle_id: str, services: ServicesDep, principal: PrincipalDep
) -> tuple[PublishedPair, ...]:
    """List the pairs with published sessions that you may see, sorted by coachee code.

    If your access is limited to countries, people from other countries appear only as codes.
    """
    return read_published_pairs(services, principal, cycle_id)[1]


@CYCLES.put(
    "/{cycle_id}/policy",
    responses=problem_responses(404, 412, 413, 422, 428),
    openapi_extra=AS_SETTINGS,
)
def replace_policy(
    cycle_id: str, body: CycleFileOrSettings, services: ServicesDep, version: RequiredVersion
) -> CycleSummary:
    """Replace the policy with another cycle file, or with all its settings as JSON.

    Omitted settings get their defaults. Existing plans keep the policy they were made with.
    """
    return cycles.replace_policy(services, cycle_id, cycle_file_of(body), version=version)


@CYCLES.patch("/{cycle_id}/policy", responses=problem_responses(404, 409, 412, 422, 428))
def change_policy(
    cycle_id: str, changes: PolicyChanges, services: ServicesDep, version: RequiredVersion
) -> CycleSummary:
    """Change individual settings. The cycle file keeps its comments, and can be downloaded again.

    Existing plans keep the policy they were made with.
    """
    return cycles.change_policy(services, cycle_id, changes, version=version)


@CYCLES.get(
    "/{cycle_id}/policy.toml",
    response_class=Response,
    responses={200: {"content": {"application/toml": {}}}, **problem_responses(404)},
)
def read_cycle_file(cycle_id: str, services: ServicesDep) -> Response:
    """Download the cycle file with its comments, including any changes since its upload.

    `ETag` is the version of the policy.
    """
    file = cycles.read_cycle_file(services, cycle_id)
    headers = {"Content-Disposition": f'attachment; filename="{CYCLE_FILE}"'}
    response = Response(file.text, media_type="application/toml", headers=headers)
    set_version(response, file.version)
    return response


ROUTERS = (CYCLES, TO_DO)
PERMISSIONS: Permissions = {
    ("GET", API + "/to-do"): Permission(MANAGER, limits=LimitRule.SHOWN_CYCLES),
    ("POST", API + "/cycles"): Permission(MANAGER),
    ("GET", API + "/cycles"): Permission(OFFICE, limits=LimitRule.COUNTRIES),
    ("GET", API + "/cycles/{cycle_id}"): Permission(MANAGER),
    ("GET", API + "/cycles/{cycle_id}/published-pairs"): Permission(
        MANAGER, audit_action="timetable opened", limits=LimitRule.COUNTRIES
    ),
    ("PUT", API + "/cycles/{cycle_id}/policy"): Permission(MANAGER),
    ("PATCH", API + "/cycles/{cycle_id}/policy"): Permission(MANAGER),
    ("GET", API + "/cycles/{cycle_id}/policy.toml"): Permission(MANAGER),
}
