"""The name and the comment of a plan, which help managers to distinguish drafts."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import StringConstraints

from api.audit_trail.log import record_event
from api.cycles.service import CycleHeader, cycle_header
from api.plans import facts
from api.plans.plan_details import PlanSummary, plan_row, summarise_plan
from api.runs.rows import MAX_PLAN_NAME, PlanRow
from api.services import Services
from api.values import FrozenModel
from coach.errors import ChangedSinceError, Difference
from coach.feedback import LongText, SingleLineText


class PlanLabel(FrozenModel):
    """The name and the comment of a plan. Either may be empty."""

    name: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=MAX_PLAN_NAME), SingleLineText
    ] = ""
    comment: LongText = ""


class LabelledPlan(FrozenModel):
    """A plan and its cycle. `version` increases with each change to the plan's label."""

    summary: PlanSummary
    cycle: CycleHeader
    version: int

    @property
    def label(self) -> PlanLabel:
        """The name and the comment."""
        return PlanLabel.model_construct(name=self.summary.name, comment=self.summary.comment)


def read_label(services: Services, plan_id: str) -> LabelledPlan:
    """Return a plan with its name and comment.

    Raises:
        NotFoundError: there is no such plan.
    """
    with services.database.reading() as tx:
        row = plan_row(tx, plan_id)
        return LabelledPlan(
            summary=summarise_plan(row),
            cycle=cycle_header(tx, row.cycle_id),
            version=row.label_version,
        )


def change_label(services: Services, plan_id: str, label: PlanLabel, *, version: int | None) -> int:
    """Change the name and the comment of a plan, in any state; return the new version.

    `version` is the version of the label on which the change is based; `None` disables the check.

    Raises:
        ChangedSinceError: the label has a different version, and nothing was changed.
        NotFoundError: there is no such plan.
    """
    with services.database.writing() as tx:
        row = plan_row(tx, plan_id)
        changed = _differences(row, label)
        if version is not None and version != row.label_version:
            raise ChangedSinceError(facts.LABEL_CHANGED(), changed)
        if changed:
            row.name, row.comment = label.name, label.comment
            row.label_version += 1
            details: dict[str, Any] = dict.fromkeys((one.field for one in changed), "changed")
            record_event(tx, "plan labelled", "plan", row.id, version=row.label_version, **details)
        return row.label_version


def _differences(row: PlanRow, label: PlanLabel) -> list[Difference]:
    pairs = {"name": (row.name, label.name), "comment": (row.comment, label.comment)}
    return [Difference(field, *texts) for field, texts in pairs.items() if texts[0] != texts[1]]
