"""JSON routes for the keys of a policy, and for checking a change before making it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.principal import TokenScope
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.overview.cycle_routes import PolicyChanges
from api.overview.policy_editor import editing
from api.overview.policy_editor.keys import DEFAULTS, GROUPS, WITHOUT_DEFAULT
from api.overview.policy_editor.written_values import written_value
from api.texts.reader_language import request_renderer
from api.values import FrozenModel
from coach.errors import Difference
from matching.rules.pair_counts import PairCounts

POLICY = APIRouter(prefix=f"{API}/cycles/{{cycle_id}}/policy", tags=["cycles"])


class PolicyKeyJson(FrozenModel):
    """A key in the cycle file. `value` and `default` are as in the form; `rule` may be empty."""

    key: str
    rule: str
    label: str
    hint: str
    value: str
    default: str | None


class PolicyCheckJson(FrozenModel):
    """The effect of a policy change.

    `counts` is null if the cycle has no coachees or no coaches. `needs_run` is true if the change
    takes effect only in a new run.
    """

    differences: tuple[Difference, ...]
    needs_run: bool
    counts: PairCounts | None


@POLICY.get("/keys", responses=problem_responses(404))
def policy_keys(
    cycle_id: str, request: Request, services: ServicesDep
) -> tuple[PolicyKeyJson, ...]:
    """List all keys of the policy, with explanations, values and defaults."""
    policy, texts = editing.read_stored(services, cycle_id).policy, request_renderer(request)
    return tuple(
        PolicyKeyJson(
            key=one.key,
            rule=group.rule,
            label=texts.text(one.label),
            hint=texts.text(one.hint),
            value=written_value(policy, one),
            default=None if one.key in WITHOUT_DEFAULT else written_value(DEFAULTS, one),
        )
        for group in GROUPS
        for one in group.keys
    )


@POLICY.post("/check", responses=problem_responses(404, 409, 422))
def check_policy_changes(
    cycle_id: str,
    changes: PolicyChanges,
    services: ServicesDep,
    *,
    schedule: Annotated[
        bool,
        Query(
            description="Count the pairs that can place their sessions, too, and check the ids of "
            "people. This takes longer."
        ),
    ] = True,
) -> PolicyCheckJson:
    """Check changes to the policy, and count the pairs that each rule would leave.

    Nothing is stored.
    """
    checked = editing.check_changes(services, cycle_id, changes, schedule=schedule)
    return PolicyCheckJson(
        differences=checked.differences, needs_run=checked.needs_run, counts=checked.counts
    )


ROUTERS = (POLICY,)
PERMISSIONS: Permissions = {
    ("GET", API + "/cycles/{cycle_id}/policy/keys"): Permission(MANAGER),
    ("POST", API + "/cycles/{cycle_id}/policy/check"): Permission(MANAGER, scope=TokenScope.READ),
}
