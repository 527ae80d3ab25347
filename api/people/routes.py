"""JSON routes for the directory of people."""

from __future__ import annotations

from fastapi import APIRouter, Request

from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.principal import TokenScope
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.people import addresses, directory, duplicates
from api.people.addresses import CalendarObjects
from api.people.directory import DirectoryEntry, DirectoryPage, DirectorySearch
from api.people.duplicates import DuplicateDecision
from api.personal_links.email_change import NewAddress
from api.texts.reader_language import request_renderer
from api.values import FrozenModel
from coach.texts.facts import Fact

_OPENED = "directory opened"
_WHOLE = "directory"
DIRECTORY = APIRouter(prefix=f"{API}/directory", tags=["people"])


class DuplicateJson(FrozenModel):
    """Two humans who may be the same person. `because` contains the `reasons` as text."""

    one: DirectoryEntry
    other: DirectoryEntry
    reasons: tuple[Fact, ...]
    because: tuple[str, ...]


class DuplicatesJson(FrozenModel):
    """The first suggestions, and the total number of suggestions."""

    duplicates: tuple[DuplicateJson, ...]
    found: int


@DIRECTORY.post("/search", responses=problem_responses(422))
def search_directory(search: DirectorySearch, services: ServicesDep) -> DirectoryPage:
    """Search the directory by name, address or id; case, accents and script do not matter.

    The search is in the body, so that names do not appear in logs.
    """
    return directory.search_directory(services, search)


@DIRECTORY.get("/duplicates", responses=problem_responses())
def list_duplicates(request: Request, services: ServicesDep) -> DuplicatesJson:
    """List humans who may be the same person, except pairs already decided by a manager."""
    texts, (found, count) = request_renderer(request), duplicates.read_duplicates(services)
    return DuplicatesJson(
        duplicates=tuple(
            DuplicateJson(
                one=each.one,
                other=each.other,
                reasons=each.reasons,
                because=tuple(map(texts.text, each.reasons)),
            )
            for each in found
        ),
        found=count,
    )


@DIRECTORY.put("/duplicates", responses=problem_responses(404, 409, 422))
def decide_duplicate(decision: DuplicateDecision, services: ServicesDep) -> DirectoryEntry:
    """Decide whether two humans are the same person. If they are, their rows are merged."""
    return duplicates.decide(services, decision)


@DIRECTORY.get("/{human_id}", responses=problem_responses(404))
def read_human(human_id: str, services: ServicesDep) -> DirectoryEntry:
    """Get a human with their roles in all cycles."""
    return directory.read_entry(services, human_id)


@DIRECTORY.put("/{human_id}/address", responses=problem_responses(404, 422))
def change_human_address(human_id: str, new: NewAddress, services: ServicesDep) -> DirectoryEntry:
    """Change the email address in the directory and in cycles that have not ended."""
    return addresses.change_address(services, human_id, new)


@DIRECTORY.put("/{human_id}/calendar-objects", responses=problem_responses(404, 422))
def set_calendar_objects(
    human_id: str, chosen: CalendarObjects, services: ServicesDep
) -> DirectoryEntry:
    """Set whether emails to this person contain calendar objects."""
    return addresses.set_calendar_objects(services, human_id, chosen)


@DIRECTORY.post("/roles/{person_id}/separate", responses=problem_responses(404, 409))
def separate_role(person_id: str, services: ServicesDep) -> DirectoryEntry:
    """Give a role its own entry in the directory, because it belongs to a different person."""
    return duplicates.separate(services, person_id)


ROUTERS = (DIRECTORY,)
PERMISSIONS: Permissions = {
    ("POST", API + "/directory/search"): Permission(
        MANAGER, scope=TokenScope.READ, audit_action=_OPENED, audit_object=_WHOLE
    ),
    ("GET", API + "/directory/duplicates"): Permission(
        MANAGER, audit_action=_OPENED, audit_object=_WHOLE
    ),
    ("PUT", API + "/directory/duplicates"): Permission(MANAGER, scope=TokenScope.PEOPLE),
    ("GET", API + "/directory/{human_id}"): Permission(MANAGER, audit_action=_OPENED),
    ("PUT", API + "/directory/{human_id}/address"): Permission(
        MANAGER, scope=TokenScope.PEOPLE, requires_recent_authentication=True
    ),
    ("PUT", API + "/directory/{human_id}/calendar-objects"): Permission(
        MANAGER, scope=TokenScope.PEOPLE
    ),
    ("POST", API + "/directory/roles/{person_id}/separate"): Permission(
        MANAGER, scope=TokenScope.PEOPLE
    ),
}
