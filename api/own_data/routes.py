"""JSON routes for the data that people enter themselves."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, UploadFile

from api.data_protection.subject_access import SubjectAccessReport, export_own_data
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import PERSON, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.own_data import busy_times, own_details
from api.own_data.busy_times import BusyTimes, RemovedTimes
from api.own_data.leaving import LeaveInput, leave_cycle
from api.own_data.own_details import OwnDetails, OwnDetailsInput
from api.participants.routes import named_file

OWN_DATA = APIRouter(prefix=f"{API}/me", tags=["me"])


@OWN_DATA.get("/details", responses=problem_responses())
def my_details(services: ServicesDep, principal: PrincipalDep) -> OwnDetails:
    """Get your availability, languages, topics, preferences and refusals."""
    return own_details.read_own_details(services, principal)


@OWN_DATA.patch("/details", responses=problem_responses(409, 422))
def change_my_details(
    given: OwnDetailsInput, services: ServicesDep, principal: PrincipalDep
) -> OwnDetails:
    """Change some of your details. If a value is invalid, nothing is changed."""
    return own_details.save_own_details(services, principal, given)


@OWN_DATA.get("/busy-times", responses=problem_responses())
def my_busy_times(services: ServicesDep, principal: PrincipalDep) -> BusyTimes:
    """Get your busy times."""
    return busy_times.read_busy_times(services, principal)


@OWN_DATA.put("/busy-times", responses=problem_responses(409, 413, 422, 503))
def upload_my_calendar(
    calendar: UploadFile, services: ServicesDep, principal: PrincipalDep
) -> BusyTimes:
    """Replace your busy times with the times in a calendar file (.ics) of at most 1 MiB.

    Only times within the cycle, from today on, are kept. Titles, places and other people in the
    calendar are discarded before it is parsed, and the file is not stored.
    """
    return busy_times.upload_calendar(services, principal, named_file(calendar))


@OWN_DATA.post("/busy-times/remove", responses=problem_responses(409, 422))
def remove_my_busy_times(
    removed: RemovedTimes, services: ServicesDep, principal: PrincipalDep
) -> BusyTimes:
    """Remove some or all of your busy times."""
    return busy_times.remove_busy_times(services, principal, removed)


@OWN_DATA.get("/data", responses=problem_responses())
def my_data(services: ServicesDep, principal: PrincipalDep) -> SubjectAccessReport:
    """Get all data stored about you, without data about other people.

    The audit trail records that you have exported your data.
    """
    return export_own_data(services, principal)


@OWN_DATA.post("/leave", status_code=HTTPStatus.NO_CONTENT, responses=problem_responses(422))
def leave(_decision: LeaveInput, services: ServicesDep, principal: PrincipalDep) -> None:
    """Leave your cycle: upcoming sessions are declined, and your link stops working."""
    leave_cycle(services, principal)


ROUTERS = (OWN_DATA,)
PERMISSIONS: Permissions = {
    ("POST", API + "/me/leave"): Permission(PERSON, requires_verification=True),
    ("GET", API + "/me/data"): Permission(PERSON, requires_verification=True),
    ("GET", API + "/me/busy-times"): Permission(PERSON, requires_verification=True),
    ("PUT", API + "/me/busy-times"): Permission(PERSON, requires_verification=True),
    ("POST", API + "/me/busy-times/remove"): Permission(PERSON, requires_verification=True),
    ("GET", API + "/me/details"): Permission(PERSON, requires_verification=True),
    ("PATCH", API + "/me/details"): Permission(PERSON, requires_verification=True),
}
