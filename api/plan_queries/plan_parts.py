"""Reads a plan's coachees without a coach, and its sessions, each in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from api.cycles.service import CycleHeader, cycle_header
from api.lists.query import ListQuery
from api.lists.selection import Selected, select_rows
from api.participants.rows import Side
from api.participants.service import ids_of_codes, labels_of_cycle
from api.plan_queries.session_addresses import session_addresses
from api.plan_queries.timetable import SESSION_ACCESS, ListedSession, listed_sessions
from api.plan_queries.waiting_list import WAITING_ACCESS, WaitingCoachee, waiting_coachees
from api.plans.stored_plan import StoredPlan, stored_plan
from api.results.move_view import DisplayNames
from api.services import Services


@dataclass(frozen=True, slots=True)
class WaitingPage:
    """A plan, its cycle, the coachees without a coach, and the requested part of them.

    `person_ids` contains the ids of the rows of this part, and `names` contains the display names
    of everyone in the plan or currently in the cycle, both keyed by id in the lists.
    """

    plan: StoredPlan
    cycle: CycleHeader
    waiting: tuple[WaitingCoachee, ...]
    selected: Selected[WaitingCoachee]
    person_ids: dict[str, str]
    names: DisplayNames


def read_waiting_page(services: Services, plan_id: str, query: ListQuery) -> WaitingPage:
    """Read the coachees in a plan who have no coach.

    Raises:
        NotFoundError: there is no such plan.
    """
    with services.database.reading() as tx:
        plan = stored_plan(tx, plan_id)
        cycle_id, waiting = plan.summary.cycle_id, waiting_coachees(plan)
        selected = select_rows(waiting, query, WAITING_ACCESS)
        codes = [row.code for row in selected.rows]
        return WaitingPage(
            plan=plan,
            cycle=cycle_header(tx, cycle_id),
            waiting=tuple(waiting),
            selected=selected,
            person_ids=ids_of_codes(tx, cycle_id, Side.COACHEE, codes),
            names={**labels_of_cycle(tx, cycle_id), **plan.labels},
        )


@dataclass(frozen=True, slots=True)
class TimetablePage:
    """A plan, its cycle, and the requested sessions, with their page addresses keyed by uid."""

    plan: StoredPlan
    cycle: CycleHeader
    selected: Selected[ListedSession]
    addresses: dict[str, str]


def read_timetable_page(
    services: Services,
    plan_id: str,
    query: ListQuery,
    choose: Callable[[Sequence[ListedSession]], Sequence[ListedSession]],
) -> TimetablePage:
    """Read the sessions of a plan that are returned by `choose` and requested by a query.

    Raises:
        NotFoundError: there is no such plan.
    """
    with services.database.reading() as tx:
        plan = stored_plan(tx, plan_id)
        selected = select_rows(choose(listed_sessions(plan)), query, SESSION_ACCESS)
        cycle_id = plan.summary.cycle_id
        shown = {one.uid: one.coachee for one in selected.rows}
        ids = ids_of_codes(tx, cycle_id, Side.COACHEE, [*dict.fromkeys(shown.values())])
        return TimetablePage(
            plan=plan,
            cycle=cycle_header(tx, cycle_id),
            selected=selected,
            addresses=session_addresses(tx, plan.summary, shown, ids),
        )
