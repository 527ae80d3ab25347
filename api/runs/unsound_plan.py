"""The faults of a plan that failed its audit, and the plan to use instead."""

from __future__ import annotations

from datetime import datetime

from pydantic.json_schema import SkipJsonSchema
from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.results.move_view import display_names
from api.runs.frozen_input import RunInput
from api.runs.rows import PlanRow, PlanState, RunRow
from api.values import FrozenModel
from coach.texts.facts import Displayed, Fact, with_labels
from coach.texts.renderer import Renderer
from matching.auditor import audit
from matching.result import Result

MAX_SHOWN = 20
"""How many findings are shown; a single fault of a plan can cause many."""

_SOUND = (PlanState.DRAFT, PlanState.PUBLISHED, PlanState.SUPERSEDED)


class UnsoundPlan(FrozenModel):
    """A plan that failed its audit.

    Attributes:
        plan_id: the plan, which can be read, but not published.
        findings: the findings of the audit, at most `MAX_SHOWN`.
        number_of_findings: the total number of findings.
        last_sound_plan_id: the cycle's latest earlier plan that passed its audit, if any.
        last_sound_plan_at: when that plan was made.
    """

    plan_id: str
    findings: tuple[str | SkipJsonSchema[Fact], ...]
    number_of_findings: int
    last_sound_plan_id: str | None
    last_sound_plan_at: datetime | None

    def rendered(self, texts: Renderer) -> UnsoundPlan:
        """Return a copy with text in the language of `texts` instead of facts, for JSON."""
        return self.model_copy(update={"findings": tuple(map(texts.text, self.findings))})


def unsound_plan_of(tx: Transaction, run_id: str) -> UnsoundPlan | None:
    """Return a run's plan that failed its audit, or `None` if there is no such plan.

    The plan is audited again with the run's input, because findings are not stored.
    """
    plan = tx.scalar(
        select(PlanRow).where(PlanRow.run_id == run_id, PlanRow.state == PlanState.UNSOUND)
    )
    if plan is None:
        return None
    findings = _findings(tx, plan)
    last = tx.scalar(
        select(PlanRow)
        .where(
            PlanRow.cycle_id == plan.cycle_id,
            PlanRow.state.in_(_SOUND),
            PlanRow.created_at <= plan.created_at,
        )
        .order_by(PlanRow.created_at.desc(), PlanRow.id)
        .limit(1)
    )
    return UnsoundPlan(
        plan_id=plan.id,
        findings=findings[:MAX_SHOWN],
        number_of_findings=len(findings),
        last_sound_plan_id=last and last.id,
        last_sound_plan_at=last and last.created_at,
    )


def _findings(tx: Transaction, plan: PlanRow) -> tuple[Displayed, ...]:
    """Return the faults of a plan, with the names of people."""
    given = RunInput.model_validate_json(tx.get_one(RunRow, plan.run_id).input)
    result = Result.model_validate_json(plan.result)
    names = display_names((*given.roster.coachees, *given.roster.coaches))
    found = audit(given.roster, given.cycle, result, given.keep, given.under_way)
    return tuple(with_labels(one.shown, names) for one in found)
