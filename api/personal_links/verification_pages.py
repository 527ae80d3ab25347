"""The page where the holder of a secret link is verified.

A form that is submitted before verification is not lost: the page contains the fields of the form,
and the browser submits them again (with a redirect that keeps the method) once the person is
verified.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated
from urllib.parse import unquote

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from api.http import urls
from api.http.authorization import LINK_PARAMETER
from api.http.dependencies import PrincipalDep, ServicesDep, principal_of, services_for
from api.http.device_names import device_name
from api.http.permissions import ASKED_LATER, Permission, Permissions
from api.http.principal import AccessRole, Principal
from api.personal_links import verification
from api.personal_links.first_page import first_page
from api.personal_links.verification import VerificationInput
from api.personal_links.verified_devices import set_device_cookie
from api.web.rendering import (
    VERIFICATION_PREFIX,
    all_form_fields,
    is_verification_field,
    parse_form,
    redirect_after_post,
    render_page,
)
from api.web.returned_forms import returned_address
from coach.errors import ConflictError, NotAllowedError
from coach.texts.facts import Displayed

VERIFICATION_PAGES = APIRouter(prefix="/p/{link}", include_in_schema=False)
_GO_ON_TO = f"{VERIFICATION_PREFIX}go_on_to"
_RESUBMIT = f"{VERIFICATION_PREFIX}resubmit"
_INPUTS = {f"{VERIFICATION_PREFIX}{name}": name for name in VerificationInput.model_fields}

AllFormFields = Annotated[dict[str, str], Depends(all_form_fields)]


@VERIFICATION_PAGES.get(urls.VERIFY_SUFFIX)
def show(
    link: str,
    request: Request,
    principal: PrincipalDep,
    go_on_to: Annotated[str, Query(max_length=300)] = "",
    *,
    again: bool = False,
) -> Response:
    """Ask for the code and the PIN, unless the person is already verified on this device.

    If `again` is true, even a verified person is asked, because some changes require recent
    verification.
    """
    if principal.is_verified and not again:
        return redirect_after_post(_own_page(link, principal, go_on_to))
    return _render(link, request, {_GO_ON_TO: go_on_to}, {})


@VERIFICATION_PAGES.post(urls.VERIFY_CODE_SUFFIX)
def send_code(
    link: str,
    request: Request,
    fields: AllFormFields,
    services: ServicesDep,
    principal: PrincipalDep,
) -> Response:
    """Send a code, and show the page again, with the fields of the form to submit later."""
    try:
        verification.send_verification_code(services, principal)
    except ConflictError as error:
        return _render(link, request, fields, {"": error.shown})
    if _RESUBMIT in fields:
        return _render(link, request, fields, {})
    return redirect_after_post(urls.person_verify(link, fields.get(_GO_ON_TO, "")))


@VERIFICATION_PAGES.post(urls.VERIFY_SUFFIX)
def verify(
    link: str,
    request: Request,
    fields: AllFormFields,
    services: ServicesDep,
    principal: PrincipalDep,
) -> Response:
    """Verify this device, then show the requested page or submit the form that was interrupted."""
    go_on_to = _own_page(link, principal, fields.get(_GO_ON_TO, ""))
    status = HTTPStatus.TEMPORARY_REDIRECT if _RESUBMIT in fields else HTTPStatus.SEE_OTHER
    response = RedirectResponse(go_on_to, status)
    own = {name: fields[field] for field, name in _INPUTS.items() if field in fields}
    entered = parse_form(VerificationInput, own)
    if principal.is_verified and not (entered.code or entered.pin):
        return response  # verified with a passkey, by the script of the page
    try:
        device = verification.verify(services, principal, entered, device_name(request))
    except NotAllowedError as error:
        return _render(link, request, fields, {"": error.shown})
    set_device_cookie(response, services, principal, device, remember=entered.remember)
    return response


async def verify_first(request: Request, _error: Exception) -> Response:
    """Respond with the verification page to a request that requires a verified device.

    A GET request is redirected to the page. For other requests, the page contains the fields of the
    submitted form, so that it can be submitted again.
    """
    link = request.path_params[LINK_PARAMETER]
    if request.method == "GET":
        return redirect_after_post(urls.person_verify(link, request.url.path))
    fields = await all_form_fields(request)
    fields |= {_GO_ON_TO: returned_address(request), _RESUBMIT: "true"}
    return await run_in_threadpool(_render, link, request, fields, {}, HTTPStatus.FORBIDDEN)


def _render(
    link: str,
    request: Request,
    fields: Mapping[str, str],
    faults: Mapping[str, Displayed],
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    services, principal = services_for(request), principal_of(request)
    carried = {
        field: text
        for field, text in fields.items()
        if field in {_GO_ON_TO, _RESUBMIT} or not is_verification_field(field)
    }
    return render_page(
        request,
        "personal_links/verify.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if faults else status,
        home=first_page(link, principal),
        address=urls.person_verify(link),
        devices=urls.person_devices(link),
        follows_up=principal.role is AccessRole.FOLLOW_UP,
        required=verification.read_verification(services, principal),
        carried=carried,
        has_form=_RESUBMIT in fields,
        faults=faults,
    )


def _own_page(link: str, principal: Principal, path: str) -> str:
    """Return `path` if it is below the link's own URL, otherwise the link's first page."""
    home = urls.person(link)
    segments = re.split(r"[/\\?#]", unquote(path))
    leaves = "." in segments or ".." in segments
    own = urls.safe_redirect_path(path).startswith(f"{home}/") and not leaves
    return path if own else first_page(link, principal)


ROUTERS = (VERIFICATION_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", "/p/{link}/verify"): Permission(ASKED_LATER, own_only=True),
    ("POST", "/p/{link}/verify"): Permission(ASKED_LATER, own_only=True),
    ("POST", "/p/{link}/verify/code"): Permission(ASKED_LATER, own_only=True),
}
