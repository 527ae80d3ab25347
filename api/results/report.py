"""`report.html`: the whole plan in one file that needs nothing beside it."""

from __future__ import annotations

from datetime import datetime

from api.organisation import Deployment
from api.results.plan_view import PlanView
from api.web.date_formats import moment_text
from api.web.templating import render
from coach.cycle import Cycle
from matching.result import Result


def report_html(
    view: PlanView, cycle: Cycle, result: Result, deployment: Deployment, now: datetime
) -> bytes:
    """The report on a plan, made at the moment `now`."""
    return render(
        "results/report.html",
        plan=view,
        made=moment_text(now, cycle.cycle.zone),
        wall_seconds=f"{result.wall_seconds:.1f}",
        seed=result.seed,
        input_sha256=result.input_sha256,
        programme=deployment.programme_name or "",
    ).encode()
