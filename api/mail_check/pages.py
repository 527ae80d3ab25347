"""The page where managers check whether invitations arrive."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from api.http.dependencies import ServicesDep, TextsDep, services_for
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.urls import MAIL_CHECK
from api.mail_check import service as mail_check
from api.mail_check.received import Finding
from api.mail_check.service import ReceivedSource, TestRecipient
from api.web.rendering import FormFields, parse_form, render_page
from coach.errors import ConflictError, UnusableInputError
from coach.texts.facts import Displayed

MAIL_CHECK_PAGES = APIRouter(include_in_schema=False)


@MAIL_CHECK_PAGES.get(MAIL_CHECK)
def show(request: Request) -> Response:
    """Show the form that sends a test, and the form for the source of the email that arrived."""
    return _render(request)


@MAIL_CHECK_PAGES.post(MAIL_CHECK)
def send_test(request: Request, form_fields: FormFields, services: ServicesDep) -> Response:
    """Send the test invitation."""
    try:
        to = parse_form(TestRecipient, form_fields)
        mail_check.send_test_invitation(services, to)
    except UnusableInputError as error:
        return _render(request, entered=form_fields, faults=error.by_column)
    except ConflictError as error:
        return _render(request, entered=form_fields, faults={"address": error.shown})
    return _render(request, entered=form_fields, sent=to.address)


@MAIL_CHECK_PAGES.post(f"{MAIL_CHECK}/received")
def check_received(
    request: Request, form_fields: FormFields, services: ServicesDep, texts: TextsDep
) -> Response:
    """Check the source of the test email as received."""
    try:
        received = parse_form(ReceivedSource, form_fields)
        findings = mail_check.check_received(services, received, texts)
    except UnusableInputError as error:
        return _render(request, entered=form_fields, faults=error.by_column)
    return _render(request, findings=findings)


def _render(
    request: Request,
    *,
    entered: Mapping[str, str] | None = None,
    faults: Mapping[str, Displayed] | None = None,
    sent: str = "",
    findings: tuple[Finding, ...] = (),
) -> Response:
    return render_page(
        request,
        "mail_check/mail_check.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        sends=services_for(request).settings.mail.enabled,
        entered={"address": "", "source": ""} | dict(entered or {}),
        faults=faults or {},
        sent=sent,
        findings=findings,
    )


ROUTERS = (MAIL_CHECK_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", MAIL_CHECK): Permission(MANAGER),
    ("POST", MAIL_CHECK): Permission(MANAGER),
    ("POST", f"{MAIL_CHECK}/received"): Permission(MANAGER),
}
