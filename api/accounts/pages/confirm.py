"""The page on which a signed-in user confirms their identity."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.accounts import account, facts, sign_in
from api.accounts.session_cookies import renew_session_cookie
from api.accounts.sign_in import CodeForm
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.limits import LimitRule
from api.http.permissions import OFFICE, Permission, Permissions
from api.http.principal import Principal
from api.http.urls import CONFIRM, safe_redirect_path
from api.services import Services
from api.web.rendering import FormFields, redirect_after_post, render_page, validate_form
from coach.texts.facts import Displayed

CONFIRM_PAGES = APIRouter(include_in_schema=False)
_DOWNLOAD = re.compile(r"\.(eml|html|xlsx|zip)$")
_WRONG_CODE = {"code": facts.CODE_NOT_ACCEPTED()}


@CONFIRM_PAGES.get(CONFIRM)
def show_confirmation_form(
    request: Request,
    services: ServicesDep,
    principal: PrincipalDep,
    go_on_to: Annotated[str, Query(max_length=300)] = "/",
) -> Response:
    """Show the form with which a signed-in user confirms their identity."""
    return _render(request, services, principal, safe_redirect_path(go_on_to), {})


@CONFIRM_PAGES.post(CONFIRM)
def confirm(
    request: Request, form_fields: FormFields, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Check the code, and redirect to the page that the user requested."""
    form, faults = validate_form(CodeForm, form_fields, fallback_field="code")
    if form is None:
        return _render(request, services, principal, "/", faults)
    go_on_to = safe_redirect_path(form.go_on_to)
    if sign_in.confirm_by_code(services, principal, form.code):
        answer: Response = redirect_after_post(go_on_to)
        if _DOWNLOAD.search(go_on_to):  # the browser would keep showing the form
            answer = render_page(request, "accounts/confirmed_download.html", address=go_on_to)
        renew_session_cookie(answer, services, principal)
        return answer
    return _render(request, services, principal, go_on_to, _WRONG_CODE)


def _render(
    request: Request,
    services: Services,
    principal: Principal,
    go_on_to: str,
    faults: Mapping[str, Displayed],
) -> Response:
    means = account.read_confirmation_means(services, principal)
    return render_page(
        request,
        "accounts/confirm.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        user=means.user,
        go_on_to=go_on_to,
        passkeys=services.settings.passkeys_supported and means.has_passkeys,
        provider=services.settings.oidc if means.user.linked else None,
        faults=faults,
        entered={"code": ""},
    )


ROUTERS = (CONFIRM_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", "/confirm"): Permission(OFFICE, without_second_factor=True, limits=LimitRule.NO_CYCLE),
    ("POST", "/confirm"): Permission(OFFICE, without_second_factor=True, limits=LimitRule.NO_CYCLE),
}
