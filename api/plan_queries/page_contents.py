"""Reads the contents of the plan page and of the coachee page, each in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from api.cycles.service import CycleHeader, cycle_header, cycle_row, policy_of
from api.guidance.service import CardSummary, unusable_cards
from api.participants.rows import Side
from api.participants.service import ids_by_code, roster_of
from api.plan_queries.questions import QuestionView, coachee_code, questions_about
from api.plan_queries.remaining_sessions import RemainingSessions, remaining_sessions_of
from api.plans.plan_details import (
    PlanDetails,
    PlanSummary,
    plan_details,
    plan_row,
    plans_of_cycle,
)
from api.results.move_view import DisplayNames, display_names
from api.runs.rows import PlanState
from api.services import Services


@dataclass(frozen=True, slots=True)
class PlanPage:
    """The contents of a plan's page.

    Attributes:
        plan: the plan.
        cycle: the cycle of the plan.
        plans: all plans of the cycle, newest first.
        questions: queries about the plan, newest first, except those about one coachee.
        guidance: the countries of matched people whose guidance card is missing or too old.
        coachee_ids: the person id of each coachee, by their id in the coachees' file.
    """

    plan: PlanDetails
    cycle: CycleHeader
    plans: tuple[PlanSummary, ...]
    questions: tuple[QuestionView, ...]
    guidance: tuple[CardSummary, ...]
    coachee_ids: Mapping[str, str]

    @property
    def published_plan_id(self) -> str | None:
        """The id of the cycle's published plan, if there is one."""
        published = (plan.id for plan in self.plans if plan.state is PlanState.PUBLISHED)
        return next(published, None)


def read_plan_page(services: Services, plan_id: str) -> PlanPage:
    """Read the contents of a plan's page.

    Raises:
        NotFoundError: there is no such plan.
    """
    with services.database.reading() as tx:
        plan = plan_details(tx, plan_id)
        cycle_id = plan.summary.cycle_id
        ids = ids_by_code(tx, cycle_id)
        return PlanPage(
            plan=plan,
            cycle=cycle_header(tx, cycle_id),
            plans=plans_of_cycle(tx, cycle_id),
            questions=questions_about(tx, plan_id),
            guidance=unusable_cards(tx, _countries(plan), today=services.now().date()),
            coachee_ids={code: one for (side, code), one in ids.items() if side is Side.COACHEE},
        )


def _countries(plan: PlanDetails) -> frozenset[str]:
    """Return the countries of the people who are matched."""
    matched = {code for match in plan.result.matches for code in (match.coachee, match.coach)}
    people = (*plan.roster.coachees, *plan.roster.coaches)
    return frozenset(person.country for person in people if person.id in matched)


@dataclass(frozen=True, slots=True)
class CoacheePage:
    """The contents of a coachee's page.

    Attributes:
        plan: the plan.
        cycle: the cycle of the plan.
        code: the coachee's id in the coachees' file.
        questions: queries about the coachee, newest first.
        remaining: the upcoming sessions that another coach would take over.
        pinned: whether the cycle's policy pins the coachee to a coach.
        names: the display names of everyone in the plan or currently in the cycle, by id.
    """

    plan: PlanDetails
    cycle: CycleHeader
    code: str
    questions: tuple[QuestionView, ...]
    remaining: RemainingSessions
    pinned: bool
    names: DisplayNames


def read_coachee_page(services: Services, plan_id: str, person_id: str) -> CoacheePage:
    """Read the contents of a coachee's page.

    Raises:
        NotFoundError: there is no such plan, or the person is not a coachee of its cycle.
    """
    with services.database.reading() as tx:
        row, plan = plan_row(tx, plan_id), plan_details(tx, plan_id)
        code = coachee_code(tx, row, person_id)
        now, then = roster_of(tx, row.cycle_id), plan.roster
        return CoacheePage(
            plan=plan,
            cycle=cycle_header(tx, row.cycle_id),
            code=code,
            questions=questions_about(tx, plan_id, person_id),
            remaining=remaining_sessions_of(tx, row, person_id, now=services.now()),
            pinned=code in policy_of(cycle_row(tx, row.cycle_id)).pins,
            names=display_names((*now.coachees, *now.coaches, *then.coachees, *then.coaches)),
        )
