"""Downloads of a plan: the report and the spreadsheet. The plan's page is in `plan_queries`."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.plans import service as plans
from api.results.plan_view import present_plan
from api.results.report import report_html
from api.results.schedule_xlsx import schedule_xlsx
from api.texts.reader_language import request_renderer

PLAN_FILES = APIRouter(include_in_schema=False)
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@PLAN_FILES.get("/plans/{plan_id}/report.html")
def report(plan_id: str, request: Request, services: ServicesDep) -> Response:
    """Download the plan as a self-contained HTML file."""
    plan = plans.read_plan(services, plan_id)
    texts, deployment = request_renderer(request), services.settings.deployment
    view = present_plan(plan.roster, plan.cycle, plan.result, texts)
    content = report_html(view, plan.cycle, plan.result, deployment, texts, now=services.now())
    return _download(content, "text/html; charset=utf-8", "report.html")


@PLAN_FILES.get("/plans/{plan_id}/schedule.xlsx")
def schedule(plan_id: str, request: Request, services: ServicesDep) -> Response:
    """Download the plan as a spreadsheet."""
    plan, texts = plans.read_plan(services, plan_id), request_renderer(request)
    view = present_plan(plan.roster, plan.cycle, plan.result, texts)
    content = schedule_xlsx(view, plan.result, texts, services.now())
    return _download(content, _XLSX, "schedule.xlsx")


def _download(content: bytes, media_type: str, name: str) -> Response:
    """Return a download, because inline styles would be blocked if a browser displayed the file."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)


ROUTERS = (PLAN_FILES,)
PERMISSIONS: Permissions = {
    ("GET", "/plans/{plan_id}/report.html"): Permission(
        MANAGER, requires_recent_authentication=True, audit_action="plan exported"
    ),
    ("GET", "/plans/{plan_id}/schedule.xlsx"): Permission(
        MANAGER, requires_recent_authentication=True, audit_action="plan exported"
    ),
}
