"""JSON routes for a cycle's policy and its matching rules."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response
from pydantic import JsonValue

from api.cycles import service as cycles
from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.http.versions import set_version
from api.results.rule_card_json import RuleCardJson, rule_cards_json
from api.texts.reader_language import request_renderer
from coach.cycle import Cycle
from matching.rules.catalogue import catalogue

CYCLES = APIRouter(prefix=f"{API}/cycles", tags=["cycles"])

_EXAMPLE_CYCLE_FILE = """[cycle]
name = "Regional cycle 2027/1"
start = 2027-01-18
end = 2027-07-16
"""
_CYCLE_FILE = Body(
    media_type="application/toml",
    description="A cycle file, in the format used by `gender-coach match`.",
    openapi_examples={"short": {"summary": "All defaults", "value": _EXAMPLE_CYCLE_FILE}},
)
CycleFileOrSettings = Annotated[bytes | dict[str, JsonValue], _CYCLE_FILE]
AS_SETTINGS = {
    "requestBody": {
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "description": "Tables of settings as in the cycle file.",
                },
                "examples": {
                    "short": {
                        "summary": "All defaults",
                        "value": {
                            "cycle": {
                                "name": "Spring",
                                "start": "2027-01-18",
                                "end": "2027-07-16",
                            },
                        },
                    }
                },
            }
        }
    }
}
"""The OpenAPI description of an operation that also accepts `CycleFileOrSettings` as JSON."""


@CYCLES.get("/{cycle_id}/policy", responses=problem_responses(404))
def read_policy(cycle_id: str, services: ServicesDep, response: Response) -> Cycle:
    """Get the policy with every default filled in. `ETag` is its version."""
    read = cycles.read_policy(services, cycle_id)
    set_version(response, read.version)
    return read.policy


@CYCLES.get("/{cycle_id}/rules", responses=problem_responses(404))
def cycle_rules(cycle_id: str, request: Request, services: ServicesDep) -> tuple[RuleCardJson, ...]:
    """Get the matching rules with this cycle's settings."""
    cards = catalogue(cycles.read_policy(services, cycle_id).policy)
    return rule_cards_json(cards, request_renderer(request))


ROUTERS = (CYCLES,)
PERMISSIONS: Permissions = {
    ("GET", API + "/cycles/{cycle_id}/policy"): Permission(MANAGER),
    ("GET", API + "/cycles/{cycle_id}/rules"): Permission(MANAGER),
}
