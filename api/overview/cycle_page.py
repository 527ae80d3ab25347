"""The page about one cycle: its people, policy, runs and plans, and faults in submitted forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from api.data_protection.retention_policy import Retention
from api.http.dependencies import PrincipalDep, services_for
from api.http.limits import LimitRule
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.principal import Principal
from api.invitations.presenters import mail_context
from api.overview import facts
from api.overview.page_contents import CyclePage, read_cycle_page
from api.overview.published_pairs import present_pair, read_published_pairs
from api.plans.presenters import plan_line
from api.runs.labels import RUN_PURPOSE, RUN_STATE
from api.web.date_formats import (
    format_date,
    format_date_span,
    format_local_date,
    format_local_datetime,
    format_short_datetime,
)
from api.web.rendering import render_page
from coach.errors import InputFault
from coach.session_policy import SessionPolicy
from coach.texts.facts import Displayed, Fact
from matching.facts.names import SESSIONS

CYCLE_PAGE = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class FormFaults:
    """Faults in the submitted form. Fields for the page's other forms are empty."""

    people: Sequence[InputFault] = ()
    no_list: Displayed = ""
    policy: Sequence[InputFault] = ()
    what_if: Sequence[InputFault] = ()
    hold: Displayed = ""

    @property
    def any(self) -> bool:
        """Whether any form has faults."""
        return bool(self.people or self.no_list or self.policy or self.what_if or self.hold)


@CYCLE_PAGE.get("/cycles/{cycle_id}")
def show_cycle(cycle_id: str, request: Request, principal: PrincipalDep) -> Response:
    """Show the state of a cycle and its next steps.

    Managers limited to countries instead see the pairs that include people from these countries.
    """
    if principal.countries is not None:
        return _render_pairs(request, principal, cycle_id)
    return render_cycle(request, cycle_id)


def _render_pairs(request: Request, principal: Principal, cycle_id: str) -> Response:
    cycle, pairs = read_published_pairs(services_for(request), principal, cycle_id)
    return render_page(
        request,
        "overview/limited_cycle.html",
        cycle=cycle,
        period=format_date_span(cycle.start, cycle.end),
        countries=sorted(principal.countries or ()),
        pairs=[present_pair(pair, ZoneInfo(cycle.timezone)) for pair in pairs],
        territories=[
            one.country for pair in pairs for one in (pair.coachee, pair.coach) if one.country
        ],
    )


def render_cycle(request: Request, cycle_id: str, faults: FormFaults | None = None) -> Response:
    """Render the page about a cycle, with the faults of the submitted form if there are any.

    Raises:
        NotFoundError: there is no such cycle.
    """
    services, faults = services_for(request), faults or FormFaults()
    page = read_cycle_page(services, cycle_id)
    return render_page(
        request,
        "overview/cycle.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if faults.any else HTTPStatus.OK,
        **mail_context(page.mail, page.overview.summary.timezone, include_recipients=False),
        **_context(page),
        people_faults=faults.people,
        no_list=faults.no_list,
        policy_faults=faults.policy,
        what_if_faults=faults.what_if,
        hold_fault=faults.hold,
        time_limit=int(services.settings.run_time_limit_seconds),
    )


def _context(page: CyclePage) -> dict[str, Any]:
    summary = page.overview.summary
    zone = ZoneInfo(summary.timezone)
    people_complete = summary.coachees > 0 and summary.coaches > 0
    return {
        "cycle": summary,
        "policy_version": page.overview.versions.policy,
        "lists_version": page.lists.version,
        "period": format_date_span(summary.start, summary.end),
        "sessions": page.overview.policy.sessions,
        "session_plan": _session_plan(page.overview.policy.sessions),
        "ready": people_complete and page.retention.erased_at is None,
        "held_replies": page.held_replies,
        "reminders": page.reminders,
        "reminders_off_since": format_local_date(page.reminders.off_since, zone),
        "retention": _retention_context(page.retention, zone),
        "open_run": page.overview.open_run_id,
        "open_proposals": len(page.proposals),
        "to_decide": sum(one.for_office for one in page.proposals),
        "withdrawn": [(one, format_short_datetime(one.at, zone)) for one in page.withdrawn],
        "applications": page.applications,
        "lists_wait": page.lists.wait,
        "lists_replaced": format_local_datetime(page.lists.replaced_at, zone),
        "runs": [
            (
                RUN_PURPOSE[run.purpose],
                run,
                RUN_STATE[run.state],
                format_short_datetime(run.requested_at, zone),
            )
            for run in page.runs
        ],
        "plans": [(plan, plan_line(plan, zone)) for plan in page.plans],
    }


def _session_plan(sessions: SessionPolicy) -> Fact:
    plan = facts.SESSION_PLAN(
        sessions=SESSIONS(count=sessions.count),
        minutes=facts.MINUTES(count=sessions.minutes),
        least=sessions.min_gap_days,
        most=facts.DAYS(count=sessions.max_gap_days),
    )
    if not sessions.contracting_minutes:
        return plan
    minutes = facts.MINUTES(count=sessions.contracting_minutes)
    return facts.PLAN_WITH_CONTRACTING(plan=plan, minutes=minutes)


def _retention_context(retention: Retention, zone: ZoneInfo) -> dict[str, object]:
    return {
        "soon": retention.soon,
        "on": "" if retention.erased_on is None else format_date(retention.erased_on),
        "held": format_local_date(retention.held_at, zone),
        "because": retention.held_because,
        "erased": format_local_date(retention.erased_at, zone),
    }


ROUTERS = (CYCLE_PAGE,)
PERMISSIONS: Permissions = {
    ("GET", "/cycles/{cycle_id}"): Permission(MANAGER, limits=LimitRule.COUNTRIES),
}
