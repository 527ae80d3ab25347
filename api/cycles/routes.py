"""Cycles, their policy, and their people."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body, Response, UploadFile

from api.cycles import service as cycles
from api.cycles.service import CycleOverview, CycleSummary
from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, OFFICE, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.input_files.source import NamedFile
from api.participants import service as people
from api.participants import uploads
from api.participants.rows import Side
from api.participants.service import ParticipantDetails, UploadSummary
from coach.cycle import Cycle
from matching.rules.catalogue import RuleCard, catalogue

CYCLES = APIRouter(prefix=f"{API}/cycles", tags=["cycles"])
PEOPLE = APIRouter(prefix=f"{API}/cycles", tags=["people"])

_EXAMPLE_CYCLE_FILE = """[cycle]
name = "Regional cycle 2027/1"
start = 2027-01-18
end = 2027-07-16
"""
CycleFileBody = Annotated[
    bytes,
    Body(
        media_type="application/toml",
        description="A cycle file, as `gender-coach match` takes it.",
        openapi_examples={"short": {"summary": "All defaults", "value": _EXAMPLE_CYCLE_FILE}},
    ),
]


@CYCLES.post("", status_code=HTTPStatus.CREATED, responses=problem_responses(413, 422))
def create_cycle(body: CycleFileBody, services: ServicesDep, response: Response) -> CycleSummary:
    """Begin a cycle from a cycle file."""
    cycle = uploads.read_policy(NamedFile(uploads.CYCLE_FILE, body))
    with services.database.writing() as tx:
        summary = cycles.create_cycle(tx, cycle, body.decode("utf-8-sig"), now=services.now())
    response.headers["Location"] = f"{CYCLES.prefix}/{summary.id}"
    return summary


@CYCLES.get("", responses=problem_responses())
def list_cycles(services: ServicesDep) -> tuple[CycleSummary, ...]:
    """Every cycle, the youngest first."""
    with services.database.reading() as tx:
        return cycles.list_cycles(tx)


@CYCLES.get("/{cycle_id}", responses=problem_responses(404))
def cycle_overview(cycle_id: str, services: ServicesDep) -> CycleOverview:
    """Where a cycle stands: its policy, an open run, and the drafts that wait."""
    with services.database.reading() as tx:
        return cycles.cycle_overview(tx, cycle_id)


@CYCLES.get("/{cycle_id}/policy", responses=problem_responses(404))
def read_policy(cycle_id: str, services: ServicesDep) -> Cycle:
    """The policy with every default filled in."""
    with services.database.reading() as tx:
        return cycles.policy_of(cycles.cycle_row(tx, cycle_id))


@CYCLES.put("/{cycle_id}/policy", responses=problem_responses(404, 413, 422))
def replace_policy(cycle_id: str, body: CycleFileBody, services: ServicesDep) -> CycleSummary:
    """Put another cycle file in place. Plans made before keep the policy they were made with."""
    with services.database.writing() as tx:
        cycles.cycle_row(tx, cycle_id)
        cycle = uploads.read_policy(
            NamedFile(uploads.CYCLE_FILE, body), people.roster_of(tx, cycle_id)
        )
        return cycles.replace_policy(
            tx, cycle_id, cycle, body.decode("utf-8-sig"), now=services.now()
        )


@CYCLES.get("/{cycle_id}/rules", responses=problem_responses(404))
def cycle_rules(cycle_id: str, services: ServicesDep) -> tuple[RuleCard, ...]:
    """The matching rules with the settings of this cycle."""
    with services.database.reading() as tx:
        return catalogue(cycles.policy_of(cycles.cycle_row(tx, cycle_id)))


@PEOPLE.put("/{cycle_id}/people", responses=problem_responses(404, 413, 422))
def upload_people(
    cycle_id: str, coachees: UploadFile, coaches: UploadFile, services: ServicesDep
) -> tuple[UploadSummary, UploadSummary]:
    """Take in both lists whole: CSV, XLSX or ODS, at most 20 MiB each.

    Either everything is taken in, or nothing is and every fault of both files comes back.
    """
    with services.database.reading() as tx:
        source = cycles.cycle_row(tx, cycle_id).source
    roster = uploads.read_lists(source, _named_file(coachees), _named_file(coaches)).roster
    with services.database.writing() as tx:
        now = services.now()
        return (
            people.import_people(tx, cycle_id, Side.COACHEE, roster.coachees, now=now),
            people.import_people(tx, cycle_id, Side.COACH, roster.coaches, now=now),
        )


@PEOPLE.get("/{cycle_id}/people", responses=problem_responses(404))
def list_people(cycle_id: str, services: ServicesDep) -> tuple[ParticipantDetails, ...]:
    """Everybody of a cycle, coachees first. Who has left is still listed."""
    with services.database.reading() as tx:
        return people.list_people(tx, cycle_id)


def _named_file(upload: UploadFile) -> NamedFile:
    return NamedFile(upload.filename or "file", upload.file.read())


ROUTERS = (
    CYCLES,
    PEOPLE,
)
PERMISSIONS: Permissions = {
    ("POST", API + "/cycles"): Permission(MANAGER),
    ("GET", API + "/cycles"): Permission(OFFICE),
    ("GET", API + "/cycles/{cycle_id}"): Permission(MANAGER),
    ("GET", API + "/cycles/{cycle_id}/policy"): Permission(MANAGER),
    ("PUT", API + "/cycles/{cycle_id}/policy"): Permission(MANAGER),
    ("GET", API + "/cycles/{cycle_id}/rules"): Permission(MANAGER),
    ("PUT", API + "/cycles/{cycle_id}/people"): Permission(MANAGER),
    ("GET", API + "/cycles/{cycle_id}/people"): Permission(MANAGER, audit_action="people opened"),
}
