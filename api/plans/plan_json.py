"""Plans and their comparisons as JSON, with facts also rendered as text."""

from __future__ import annotations

from api.plans.comparison import ChangeCounts, PlanComparison
from api.plans.plan_details import PlanDetails, PlanSummary
from api.results.move_view import display_names
from api.results.result_json import MoveJson, ResultJson, ResultSentences
from api.values import FrozenModel
from coach.cycle import Cycle
from coach.people import Roster
from coach.texts.renderer import Renderer
from matching.instance.partial_cycle import UnderWay
from matching.rematching.comparison import LevelDifference, SettingDifference


class PlanJson(FrozenModel):
    """A complete plan; see `PlanDetails`. Facts are also rendered as text."""

    summary: PlanSummary
    outdated: bool
    result: ResultJson
    roster: Roster
    cycle: Cycle
    own_policy: Cycle | None
    under_way: UnderWay | None


class ComparisonJson(FrozenModel):
    """The differences between two plans; see `PlanComparison`."""

    before: PlanSummary
    after: PlanSummary
    settings: tuple[SettingDifference, ...]
    levels: tuple[LevelDifference, ...]
    counts: ChangeCounts
    moves: tuple[MoveJson, ...]


def plan_json(plan: PlanDetails, texts: Renderer) -> PlanJson:
    """Return a plan as JSON, in the language of `texts`."""
    names = display_names((*plan.roster.coachees, *plan.roster.coaches))
    return PlanJson(
        summary=plan.summary,
        outdated=plan.outdated,
        result=ResultSentences(texts, names).result(plan.result),
        roster=plan.roster,
        cycle=plan.cycle,
        own_policy=plan.own_policy,
        under_way=plan.under_way,
    )


def comparison_json(comparison: PlanComparison, texts: Renderer) -> ComparisonJson:
    """Return a comparison as JSON, in the language of `texts`."""
    return ComparisonJson(
        before=comparison.before,
        after=comparison.after,
        settings=comparison.settings,
        levels=comparison.levels,
        counts=comparison.counts,
        moves=tuple(map(ResultSentences(texts).move, comparison.moves)),
    )
