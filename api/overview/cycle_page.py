"""The page of one cycle, with what went wrong where something was brought in."""

from __future__ import annotations

from http import HTTPStatus
from zoneinfo import ZoneInfo

from fastapi import Request, Response

from api.cycles import service as cycles
from api.data_protection import retention_policy as retention_dates
from api.data_protection.retention_policy import Retention
from api.http.authentication import services_of
from api.mail.presenters import mails_shown
from api.plans import service as plans
from api.reminders import service as reminding
from api.runs import service as runs
from api.web.date_formats import day_of, day_text, short_moment_text
from api.web.labels import PLAN_STATE, RUN_PURPOSE, RUN_STATE
from api.web.rendering import page
from coach.errors import UnusableInputError


def draw_cycle(
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
    services = services_of(request)
    with services.database.reading() as tx:
        overview = cycles.cycle_overview(tx, cycle_id)
        runs_of_cycle = runs.list_runs(tx, cycle_id)
        plans_of_cycle = plans.list_plans(tx, cycle_id)
        mails = mails_shown(tx, services, overview.summary, named=False)
        reminders = reminding.reminders_of(tx, cycle_id, services.settings.mail)
        stays = retention_dates.retention_of(
            tx, cycle_id, services.settings.retention_days, now=services.now()
        )
    summary = overview.summary
    zone = ZoneInfo(summary.timezone)
    failed = people_error or policy_error or what_if_error or hold_fault
    return page(
        request,
        "overview/cycle.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if failed else HTTPStatus.OK,
        cycle=summary,
        **mails,
        period=f"{day_text(summary.start)} to {day_text(summary.end)}",
        sessions=overview.policy.sessions,
        ready=summary.coachees > 0 and summary.coaches > 0 and stays.erased_at is None,
        reminders=reminders,
        reminders_off_since=day_of(reminders.off_since, zone),
        retention=_told(stays, zone),
        hold_fault=hold_fault,
        open_run=overview.open_run_id,
        runs=[
            (
                RUN_PURPOSE[run.purpose],
                run,
                RUN_STATE[run.state],
                short_moment_text(run.requested_at, zone),
            )
            for run in runs_of_cycle
        ],
        plans=[
            (plan, PLAN_STATE[plan.state], short_moment_text(plan.created_at, zone))
            for plan in plans_of_cycle
        ],
        people_faults=people_error.faults if people_error else (),
        policy_faults=policy_error.faults if policy_error else (),
        what_if_faults=what_if_error.faults if what_if_error else (),
        time_limit=int(services.settings.run_time_limit_seconds),
    )


def _told(stays: Retention, zone: ZoneInfo) -> dict[str, object]:
    return {
        "soon": stays.soon,
        "on": "" if stays.erased_on is None else day_text(stays.erased_on),
        "held": day_of(stays.held_at, zone),
        "because": stays.held_because,
        "erased": day_of(stays.erased_at, zone),
    }
