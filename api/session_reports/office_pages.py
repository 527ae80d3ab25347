"""Form handlers that the office uses to settle open points after a session."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.http import urls
from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.session_reports import clarifications
from api.web.rendering import redirect_after_post

OFFICE_REPORT_PAGES = APIRouter(prefix="/sessions/{session_id}", include_in_schema=False)


@OFFICE_REPORT_PAGES.post("/attendance/clarified")
def settle_attendance(session_id: str, services: ServicesDep) -> Response:
    """Record that the office has clarified who attended."""
    clarifications.settle_attendance(services, session_id)
    return redirect_after_post(urls.session(session_id))


@OFFICE_REPORT_PAGES.post("/request/answered")
def answer_request(session_id: str, services: ServicesDep) -> Response:
    """Record that the office has dealt with the coach's request."""
    clarifications.answer_request(services, session_id)
    return redirect_after_post(urls.session(session_id))


ROUTERS = (OFFICE_REPORT_PAGES,)
PERMISSIONS: Permissions = {
    ("POST", "/sessions/{session_id}/attendance/clarified"): Permission(MANAGER),
    ("POST", "/sessions/{session_id}/request/answered"): Permission(MANAGER),
}
