"""The page of one cycle, with what went wrong where something was brought in."""

from __future__ import annotations

from http import HTTPStatus
from zoneinfo import ZoneInfo

from fastapi import Request, Response

from api.cycles import service as cycles
from api.data_protection import retention_policy as retention_dates
from api.data_protection.retention_policy import Retention
from api.http.dependencies import services_for
from api.mail.presenters import mail_context
from api.plans import service as plans
from api.reminders import service as reminding
from api.runs import run_view
from api.runs.labels import PLAN_STATE, RUN_PURPOSE, RUN_STATE
from api.web.date_formats import format_date, format_local_date, format_short_datetime
from api.web.rendering import render_page
from coach.errors import UnusableInputError


def render_cycle(
    request: Request,
    cycle_id: str,
    *,
    people_error: UnusableInputError | None = None,
    policy_error: UnusableInputError | None = None,
    what_if_error: UnusableInputError | None = None,
    hold_fault: str = "",
) -> Response:
    """Where a cycle stands: its lists, policy, runs and plans, and what can be done next.

    Raises:
        NotFoundError: there is no such cycle.
    """
    services = services_for(request)
    with services.database.reading() as tx:
        overview = cycles.cycle_overview(tx, cycle_id)
        runs_of_cycle = run_view.list_runs(tx, cycle_id)
        plans_of_cycle = plans.list_plans(tx, cycle_id)
        mails = mail_context(tx, services, overview.summary, include_recipients=False)
        reminders = reminding.reminders_of(tx, cycle_id, services.settings.mail)
        retention = retention_dates.retention_of(
            tx, cycle_id, services.settings.retention_days, now=services.now()
        )
    summary = overview.summary
    zone = ZoneInfo(summary.timezone)
    failed = people_error or policy_error or what_if_error or hold_fault
    return render_page(
        request,
        "overview/cycle.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if failed else HTTPStatus.OK,
        cycle=summary,
        **mails,
        period=f"{format_date(summary.start)} to {format_date(summary.end)}",
        sessions=overview.policy.sessions,
        ready=summary.coachees > 0 and summary.coaches > 0 and retention.erased_at is None,
        reminders=reminders,
        reminders_off_since=format_local_date(reminders.off_since, zone),
        retention=_retention_context(retention, zone),
        hold_fault=hold_fault,
        open_run=overview.open_run_id,
        runs=[
            (
                RUN_PURPOSE[run.purpose],
                run,
                RUN_STATE[run.state],
                format_short_datetime(run.requested_at, zone),
            )
            for run in runs_of_cycle
        ],
        plans=[
            (plan, PLAN_STATE[plan.state], format_short_datetime(plan.created_at, zone))
            for plan in plans_of_cycle
        ],
        people_faults=people_error.faults if people_error else (),
        policy_faults=policy_error.faults if policy_error else (),
        what_if_faults=what_if_error.faults if what_if_error else (),
        time_limit=int(services.settings.run_time_limit_seconds),
    )


def _retention_context(retention: Retention, zone: ZoneInfo) -> dict[str, object]:
    return {
        "soon": retention.soon,
        "on": "" if retention.erased_on is None else format_date(retention.erased_on),
        "held": format_local_date(retention.held_at, zone),
        "because": retention.held_because,
        "erased": format_local_date(retention.erased_at, zone),
    }
