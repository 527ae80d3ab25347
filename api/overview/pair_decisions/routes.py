"""JSON routes for the pins, bans and waivers of a cycle."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.http.versions import RequiredVersion, SeenVersion, set_version
from api.overview.pair_decisions import decisions
from api.overview.pair_decisions.decisions import (
    DecisionKind,
    PairDecisionInput,
    PairOfDecision,
)
from api.overview.pair_decisions.listing import read_decisions
from api.texts.reader_language import request_renderer
from api.values import FrozenModel
from coach.texts.facts import Fact

PAIR_DECISIONS = APIRouter(prefix=f"{API}/cycles/{{cycle_id}}/pair-decisions", tags=["cycles"])


class PairDecisionJson(FrozenModel):
    """A pin, ban or waiver, and its effect with the current lists; `text` is `effect` as text.

    `matters` is false if the decision makes no difference or cannot be fulfilled.
    """

    kind: DecisionKind
    coachee: str
    coach: str
    reason: str
    effect: Fact
    text: str
    matters: bool


@PAIR_DECISIONS.get("", responses=problem_responses(404))
def list_pair_decisions(
    cycle_id: str, request: Request, response: Response, services: ServicesDep
) -> tuple[PairDecisionJson, ...]:
    """List the pins, bans and waivers of a cycle. `ETag` is the version of the policy."""
    found, texts = read_decisions(services, cycle_id), request_renderer(request)
    set_version(response, found.version)
    return tuple(
        PairDecisionJson(
            kind=one.kind,
            coachee=one.coachee,
            coach=one.coach,
            reason=one.reason,
            effect=one.effect,
            text=texts.text(one.effect),
            matters=one.matters,
        )
        for one in found.decisions
    )


@PAIR_DECISIONS.post(
    "",
    status_code=HTTPStatus.NO_CONTENT,
    responses=problem_responses(404, 409, 412, 422, 428),
)
def decide_about_pair(
    cycle_id: str, given: PairDecisionInput, services: ServicesDep, version: RequiredVersion
) -> None:
    """Pin or ban a pair, or waive a rule for it. This takes effect in the next run."""
    decisions.decide(services, cycle_id, given, version=version)


@PAIR_DECISIONS.post(
    "/end", status_code=HTTPStatus.NO_CONTENT, responses=problem_responses(404, 409, 412, 422)
)
def end_pair_decision(
    cycle_id: str, ended: PairOfDecision, services: ServicesDep, version: SeenVersion
) -> None:
    """End a pin, a ban or a waiver."""
    decisions.end_decision(services, cycle_id, ended, version=version)


ROUTERS = (PAIR_DECISIONS,)
PERMISSIONS: Permissions = {
    ("GET", API + "/cycles/{cycle_id}/pair-decisions"): Permission(
        MANAGER, audit_action="pair decisions opened"
    ),
    ("POST", API + "/cycles/{cycle_id}/pair-decisions"): Permission(MANAGER),
    ("POST", API + "/cycles/{cycle_id}/pair-decisions/end"): Permission(MANAGER),
}
