"""The file `report.html`: the complete plan as a self-contained page."""

from __future__ import annotations

from datetime import datetime

from api.organisation import Organisation
from api.results.plan_view import PlanViewModel
from api.web.date_formats import format_datetime
from api.web.templating import render
from coach.cycle import Cycle
from coach.texts.renderer import Renderer
from matching.result import Result


def report_html(
    view: PlanViewModel,
    cycle: Cycle,
    result: Result,
    deployment: Organisation,
    texts: Renderer,
    *,
    now: datetime,
) -> bytes:
    """Render the report on a plan. `now` is shown as the time of creation."""
    return render(
        texts,
        "results/report.html",
        plan=view,
        made=format_datetime(now, cycle.cycle.zone),
        wall_seconds=texts.number(round(result.wall_seconds, 1)),
        seed=result.seed,
        input_sha256=result.input_sha256,
        programme=deployment.programme_name or "",
    ).encode()
