"""Reads the contents of the plan page and of the coachee page, each in one transaction."""

from __future__ import annotations

from dataclasses import dataclass

from api.cycles.service import CycleHeader, cycle_header, cycle_row, policy_of
from api.guidance.service import CardSummary, unusable_cards
from api.lists.query import ListQuery
from api.lists.selection import Selected, select_rows
from api.participants.rows import Side
from api.participants.service import ids_of_codes, labels_of_cycle
from api.plan_queries.plan_list import (
    COACH_ACCESS,
    COACHEE_ACCESS,
    ListedCoach,
    ListedCoachee,
    listed_coachees,
    listed_coaches,
)
from api.plan_queries.questions import QuestionView, coachee_code, questions_about
from api.plan_queries.remaining_sessions import RemainingSessions, remaining_sessions_of
from api.plan_queries.session_addresses import session_addresses
from api.plans.plan_details import PlanSummary, plan_row, plans_of_cycle
from api.plans.stored_plan import StoredPlan, stored_plan
from api.results.move_view import DisplayNames
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
        guidance: the countries of matched people whose guidance card is missing or out of date.
        coachees: all coachees of the plan.
        selected: the requested part of the coachees.
        person_ids: the ids of these coachees' rows, keyed by their ids in the coachees' file.
        session_addresses: the addresses of the pages about their sessions, keyed by uid.
    """

    plan: StoredPlan
    cycle: CycleHeader
    plans: tuple[PlanSummary, ...]
    questions: tuple[QuestionView, ...]
    guidance: tuple[CardSummary, ...]
    coachees: tuple[ListedCoachee, ...]
    selected: Selected[ListedCoachee]
    person_ids: dict[str, str]
    session_addresses: dict[str, str]

    @property
    def published_plan_id(self) -> str | None:
        """The id of the cycle's published plan, if there is one."""
        published = (plan.id for plan in self.plans if plan.state is PlanState.PUBLISHED)
        return next(published, None)


def read_plan_page(services: Services, plan_id: str, query: ListQuery) -> PlanPage:
    """Read the contents of a plan's page, with the coachees that a query requests.

    Raises:
        NotFoundError: there is no such plan.
    """
    with services.database.reading() as tx:
        plan = stored_plan(tx, plan_id)
        cycle_id = plan.summary.cycle_id
        coachees = listed_coachees(plan)
        selected = select_rows(coachees, query, COACHEE_ACCESS)
        codes = [row.code for row in selected.rows]
        person_ids = ids_of_codes(tx, cycle_id, Side.COACHEE, codes)
        shown = {
            session["uid"]: code
            for code in codes
            if code in plan.matches
            for session in plan.matches[code]["sessions"]
        }
        return PlanPage(
            plan=plan,
            cycle=cycle_header(tx, cycle_id),
            plans=plans_of_cycle(tx, cycle_id),
            questions=questions_about(tx, plan_id),
            guidance=unusable_cards(tx, _countries(plan), today=services.now().date()),
            coachees=tuple(coachees),
            selected=selected,
            person_ids=person_ids,
            session_addresses=session_addresses(tx, plan.summary, shown, person_ids),
        )


@dataclass(frozen=True, slots=True)
class PlanCoachesPage:
    """A plan, its cycle, all its coaches, and the requested part of them."""

    plan: StoredPlan
    cycle: CycleHeader
    coaches: tuple[ListedCoach, ...]
    selected: Selected[ListedCoach]


def read_plan_coaches_page(services: Services, plan_id: str, query: ListQuery) -> PlanCoachesPage:
    """Read the coaches of a plan that a query requests, with their workload.

    Raises:
        NotFoundError: there is no such plan.
    """
    with services.database.reading() as tx:
        plan = stored_plan(tx, plan_id)
        coaches = listed_coaches(plan)
        return PlanCoachesPage(
            plan=plan,
            cycle=cycle_header(tx, plan.summary.cycle_id),
            coaches=tuple(coaches),
            selected=select_rows(coaches, query, COACH_ACCESS),
        )


def _countries(plan: StoredPlan) -> frozenset[str]:
    """Return the countries of all matched people."""
    coaches = {match["coach"] for match in plan.matches.values()}
    people = (
        *(plan.coachees[code] for code in plan.matches),
        *(plan.coaches[code] for code in coaches),
    )
    return frozenset(person["country"] for person in people)


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
        names: the display names of everyone in the plan or currently in the cycle, keyed by id.
    """

    plan: StoredPlan
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
        row, plan = plan_row(tx, plan_id), stored_plan(tx, plan_id)
        code = coachee_code(tx, row, person_id)
        return CoacheePage(
            plan=plan,
            cycle=cycle_header(tx, row.cycle_id),
            code=code,
            questions=questions_about(tx, plan_id, person_id),
            remaining=remaining_sessions_of(tx, row, person_id, now=services.now()),
            pinned=code in policy_of(cycle_row(tx, row.cycle_id)).pins,
            names={**labels_of_cycle(tx, row.cycle_id), **plan.labels},
        )
