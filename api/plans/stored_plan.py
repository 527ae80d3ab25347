"""A stored plan whose parts are validated only when they are needed.

A plan for 1,200 coachees has a hundred thousand values, but a page shows only a few dozen of its
matches.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

from pydantic import BaseModel
from pydantic_core import from_json, to_json
from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.cycles.rows import CycleRow
from api.database.existing_row import no_such_row
from api.plans.plan_details import PlanSummary, summarise_plan
from api.runs.outdated import is_outdated_json
from api.runs.rows import PlanRow, PlanState, RunRow
from coach.cycle import Cycle
from coach.people import Coach, Coachee
from matching.instance.partial_cycle import UnderWay
from matching.result import LevelOutcome, Match, Move, Result, Unmatched

Model = TypeVar("Model", bound=BaseModel)
Json = Mapping[str, Any]


@dataclass(frozen=True)
class StoredPlan:
    """A plan, with its result and its run's input in their stored JSON form.

    Attributes:
        summary: the plan as it appears in a list.
        result: the `Result`.
        run_input: the `RunInput`.
        outdated: for drafts, whether the lists, the policy or any individual session has changed
            since the run.
        plans_version: increases with each published plan.
    """

    summary: PlanSummary
    result: Json
    run_input: Json
    outdated: bool
    plans_version: int

    @cached_property
    def cycle(self) -> Cycle:
        """The policy that the run used."""
        return _validated(Cycle, self.run_input["cycle"])

    @cached_property
    def own_policy(self) -> Cycle | None:
        """The cycle's policy at the time of the run, if the run used a different one."""
        own = self.run_input.get("own_policy")
        return None if own is None else _validated(Cycle, own)

    @property
    def policy(self) -> Cycle:
        """The policy as written by a manager, without the pins added to replace a coach."""
        what_if = self.summary.state is PlanState.WHAT_IF
        return self.cycle if what_if or self.own_policy is None else self.own_policy

    @property
    def is_proven(self) -> bool:
        """Whether every level except `schedule` is proven."""
        return bool(self.result["status"] == "optimal")

    @property
    def levels(self) -> tuple[LevelOutcome, ...]:
        """The values of the levels of the objective."""
        return tuple(_validated(LevelOutcome, one) for one in self.result["levels"])

    @cached_property
    def coachees(self) -> Mapping[str, Json]:
        """The coachees at the time of the run, keyed by id."""
        return {one["id"]: one for one in self.run_input["roster"]["coachees"]}

    @cached_property
    def coaches(self) -> Mapping[str, Json]:
        """The coaches at the time of the run, keyed by id."""
        return {one["id"]: one for one in self.run_input["roster"]["coaches"]}

    @cached_property
    def matches(self) -> Mapping[str, Json]:
        """The matches, keyed by coachee id."""
        return {one["coachee"]: one for one in self.result["matches"]}

    @cached_property
    def unmatched(self) -> Mapping[str, Json]:
        """The details about coachees without a coach, keyed by id."""
        return {one["coachee"]: one for one in self.result["unmatched"]}

    @cached_property
    def moves(self) -> Mapping[str, Json]:
        """The changes made by a re-match, keyed by coachee id."""
        return {one["coachee"]: one for one in self.result.get("moves", ())}

    @cached_property
    def under_way(self) -> UnderWay | None:
        """The progress of the cycle at the time of the run, if it had started."""
        status = self.run_input.get("under_way")
        return None if status is None else _validated(UnderWay, status)

    @property
    def earlier_pairs(self) -> tuple[tuple[str, str], ...] | None:
        """The pairs from earlier cycles known to the run, each as two ids."""
        pairs = self.run_input["roster"].get("earlier_pairs")
        return None if pairs is None else tuple((coachee, coach) for coachee, coach in pairs)

    @cached_property
    def pairs_and_times(self) -> Result:
        """The result without verdicts, funnels and remedies, which take the longest to parse."""
        return self.pairs_with_times_of(self.coachees)

    def pairs_with_times_of(self, coachees: Container[str]) -> Result:
        """Return `pairs_and_times` with sessions only in the matches of the given coachees."""
        matches = [
            {**one, "verdicts": ()}
            if one["coachee"] in coachees
            else {**one, "verdicts": (), "sessions": ()}
            for one in self.result["matches"]
        ]
        unmatched = [{**one, "funnel": (), "remedies": ()} for one in self.result["unmatched"]]
        return _validated(
            Result, {**self.result, "matches": matches, "unmatched": unmatched, "moves": ()}
        )

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """The name and id of everybody in the plan, keyed by id."""
        people = (*self.coachees.values(), *self.coaches.values())
        return {one["id"]: f"{one['name']} ({one['id']})" for one in people}

    def match(self, coachee: str) -> Match:
        """Return the match of a coachee, who must have one."""
        return _validated(Match, self.matches[coachee])

    def without_coach(self, coachee: str) -> Unmatched:
        """Return the details about a coachee, who must have no coach."""
        return _validated(Unmatched, self.unmatched[coachee])

    def move(self, coachee: str) -> Move:
        """Return the change for a coachee, who must be affected by a re-match."""
        return _validated(Move, self.moves[coachee])

    def coachee(self, coachee: str) -> Coachee:
        """Return a coachee as they were at the time of the run."""
        return _validated(Coachee, self.coachees[coachee])

    def coach(self, coach: str) -> Coach:
        """Return a coach as they were at the time of the run."""
        return _validated(Coach, self.coaches[coach])


def stored_plan(tx: Transaction, plan_id: str) -> StoredPlan:
    """Return a stored plan.

    Raises:
        NotFoundError: there is no such plan.
    """
    found = stored_plans(tx, [plan_id])
    if not found:
        raise no_such_row(plan_id, "plan")
    (plan,) = found
    if plan.summary.state is not PlanState.DRAFT:
        return plan
    return replace(plan, outdated=is_outdated_json(tx, plan.summary.cycle_id, plan.run_input))


def stored_plans(tx: Transaction, plan_ids: Sequence[str]) -> list[StoredPlan]:
    """Return existing plans in the given order, without checking whether drafts are outdated."""
    query = (
        select(PlanRow, PlanRow.result, RunRow.input, CycleRow.plans_version)
        .join(RunRow, RunRow.id == PlanRow.run_id)
        .join(CycleRow, CycleRow.id == PlanRow.cycle_id)
        .where(PlanRow.id.in_(plan_ids))
    )
    plans = [
        StoredPlan(
            summary=summarise_plan(row),
            result=from_json(result),
            run_input=from_json(run_input),
            outdated=False,
            plans_version=plans_version,
        )
        for row, result, run_input, plans_version in tx.execute(query)
    ]
    return sorted(plans, key=lambda plan: plan_ids.index(plan.summary.id))


def _validated(model: type[Model], value: Json) -> Model:
    return model.model_validate_json(to_json(value))
