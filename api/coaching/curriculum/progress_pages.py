"""The office's page showing a cycle's course and the progress of its pairs."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.coaching.curriculum import facts, labels, progress
from api.coaching.curriculum.progress import CourseInput
from api.http import urls
from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.web.rendering import FormFields, parse_form, redirect_after_post, render_page

PROGRESS_PAGES = APIRouter(include_in_schema=False)
_PATH = "/cycles/{cycle_id}/curriculum"


@PROGRESS_PAGES.get(_PATH)
def show_progress(cycle_id: str, request: Request, services: ServicesDep) -> Response:
    """Show the course of a cycle, and the progress of its pairs."""
    found = progress.read_progress(services, cycle_id)
    return render_page(
        request,
        "coaching/curriculum/progress.html",
        cycle=found.cycle,
        course=found.course,
        courses=labels.COURSES,
        pairs=[(pair, facts.COURSES[pair.course]) for pair in found.pairs],
    )


@PROGRESS_PAGES.post(_PATH)
def choose_course(cycle_id: str, form_fields: FormFields, services: ServicesDep) -> Response:
    """Choose the course of a cycle."""
    progress.choose_course(services, cycle_id, parse_form(CourseInput, form_fields))
    return redirect_after_post(urls.cycle_curriculum(cycle_id))


ROUTERS = (PROGRESS_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", _PATH): Permission(MANAGER, audit_action="curriculum of cycle opened"),
    ("POST", _PATH): Permission(MANAGER),
}
