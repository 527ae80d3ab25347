"""JSON routes for uploading both lists of people and for listing the people in a cycle."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response, UploadFile

from api.cycles.service import read_versions
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.limits import LimitRule
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.principal import TokenScope
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.http.versions import RequiredVersion, set_version
from api.input_files.source import NamedFile
from api.lists.json_pages import JsonPageDep, set_total
from api.participants import service as participants
from api.participants import upload
from api.participants.service import ParticipantDetails
from api.participants.upload import UploadSummary

PEOPLE = APIRouter(prefix=f"{API}/cycles", tags=["people"])


@PEOPLE.put("/{cycle_id}/people", responses=problem_responses(404, 412, 413, 422, 428))
def upload_people(
    cycle_id: str,
    coachees: UploadFile,
    coaches: UploadFile,
    services: ServicesDep,
    principal: PrincipalDep,
    *,
    version: RequiredVersion,
) -> tuple[UploadSummary, UploadSummary]:
    """Replace both lists with CSV, XLSX or ODS files of at most 20 MiB each.

    Either both lists are stored in full, or nothing is stored and all faults in both files are
    returned. If an email address of a person in the cycle changes, you must have authenticated
    recently; see `POST /api/v1/me/confirmation`.
    """
    return upload.upload_lists(
        services,
        principal,
        cycle_id,
        named_file(coachees),
        named_file(coaches),
        version=version,
    )


@PEOPLE.get("/{cycle_id}/people", responses=problem_responses(404))
def list_people(
    cycle_id: str,
    services: ServicesDep,
    principal: PrincipalDep,
    *,
    request: Request,
    response: Response,
    page: JsonPageDep,
) -> tuple[ParticipantDetails, ...]:
    """List the people in a cycle, coachees first, including people who have left.

    `ETag` is the version of the lists. It does not change if people change their own details.
    """
    set_version(response, read_versions(services, cycle_id).lists)
    people, total = participants.list_people(services, cycle_id, page, principal)
    set_total(request, response, page, total)
    return people


def named_file(uploaded: UploadFile) -> NamedFile:
    """Return the content and name of an uploaded file."""
    return NamedFile(uploaded.filename or "file", uploaded.file.read())


ROUTERS = (PEOPLE,)
PERMISSIONS: Permissions = {
    ("PUT", API + "/cycles/{cycle_id}/people"): Permission(MANAGER, scope=TokenScope.PEOPLE),
    ("GET", API + "/cycles/{cycle_id}/people"): Permission(
        MANAGER, audit_action="people opened", limits=LimitRule.COUNTRIES
    ),
}
