"""A user's own account: password and second factor, passkeys, recovery codes, what is signed in."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from api.accounts import (
    browser_sessions,
    credentials,
    passkeys,
    second_factors,
    sign_in,
    tokens,
    users,
)
from api.accounts import sign_in_flow as ceremonies
from api.accounts.pages.sign_in import PasskeyResponse, passkey_options_response, relying_party_of
from api.accounts.passkeys import PasskeyName
from api.accounts.routes import TokenRequest
from api.accounts.rows import SignInFlowKind
from api.accounts.sign_in import AccountForm, CodeForm
from api.crypto.password_hashing import hash_password, new_totp_secret, totp_uri
from api.http.cookies import sign_in_flow_cookie
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import OFFICE, Permission, Permissions
from api.http.urls import ACCOUNT, CONFIRM, safe_redirect_path
from api.web.date_formats import format_short_datetime
from api.web.rendering import (
    FormFields,
    deployment_of,
    parse_form,
    redirect_after_post,
    render_page,
    validate_form,
)
from coach.errors import NotSignedInError, UnusableInputError

ACCOUNT_PAGES = APIRouter(include_in_schema=False)
_UTC = ZoneInfo("UTC")
_KINDS = (SignInFlowKind.PASSKEY_ADD,)


@ACCOUNT_PAGES.get(ACCOUNT)
def show_account(request: Request, services: ServicesDep, principal: PrincipalDep) -> Response:
    """Everything a user can set about how they sign in."""
    return _account_page(request, services, principal, new_totp_secret(), {})


@ACCOUNT_PAGES.post(ACCOUNT)
def set_up_account(
    request: Request, form_fields: FormFields, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Set password and second factor, once the app has shown that it knows the secret."""
    form = parse_form(AccountForm, form_fields)
    with services.database.reading() as tx:
        user = users.current_user(tx, principal)
    try:
        hashed = None
        if form.password or not user.linked:
            sign_in.refuse_weak_password(form.password, user.name)
            hashed = hash_password(form.password)
        with services.database.writing() as tx:
            sign_in.set_up_account(
                tx, services.keyring, principal, form, hashed, now=services.now()
            )
    except UnusableInputError as error:
        faults = {fault.column: fault.message for fault in error.faults}
        return _account_page(request, services, principal, form.totp_secret, faults)
    return redirect_after_post("/")


@ACCOUNT_PAGES.post(f"{ACCOUNT}/recovery-codes")
def make_recovery_codes(
    request: Request, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Make new recovery codes and show them this once."""
    with services.database.writing() as tx:
        codes = second_factors.make_recovery_codes(tx, principal)
    return render_page(request, "accounts/shown_once.html", codes=codes, token=None)


@ACCOUNT_PAGES.post(f"{ACCOUNT}/tokens")
def make_token(
    request: Request, form_fields: FormFields, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Make a bearer token for a program and show it this once."""
    token_request = parse_form(TokenRequest, form_fields)
    with services.database.writing() as tx:
        token = tokens.issue_token(
            tx,
            principal,
            token_request.label,
            now=services.now(),
            lifetime=timedelta(days=token_request.days),
        )
    return render_page(request, "accounts/shown_once.html", codes=(), token=token.secret)


@ACCOUNT_PAGES.post(f"{ACCOUNT}/passkeys/begin")
def begin_passkey(request: Request, services: ServicesDep, principal: PrincipalDep) -> Response:
    """What the browser needs to make a passkey for the user who asks."""
    with services.database.writing() as tx:
        flow = ceremonies.start_flow(
            tx, SignInFlowKind.PASSKEY_ADD, principal.user_id, ACCOUNT, now=services.now()
        )
        relying_party = relying_party_of(request, services.settings)
        options = passkeys.registration_options(tx, flow, relying_party)
    return passkey_options_response(options, flow, services.settings)


@ACCOUNT_PAGES.post(f"{ACCOUNT}/passkeys/finish")
def finish_passkey(
    response: PasskeyResponse, request: Request, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Keep the passkey that the browser has made."""
    settings, now = services.settings, services.now()
    name = parse_form(PasskeyName, {"name": response.name})
    with services.database.writing() as tx:
        secret = request.cookies.get(sign_in_flow_cookie(settings), "")
        flow = ceremonies.consume_flow(tx, secret, _KINDS, now=now)
        if flow is not None and flow.user_id == principal.user_id:
            relying_party = relying_party_of(request, settings)
            passkeys.register(tx, flow, relying_party, response.credential, name, now=now)
            return JSONResponse({"go_on_to": flow.go_on_to})
    raise NotSignedInError("that took too long or was begun by somebody else; please begin again")


@ACCOUNT_PAGES.post(f"{ACCOUNT}/passkeys/{{passkey_id}}")
def rename_passkey(
    passkey_id: str, form_fields: FormFields, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Call a passkey otherwise."""
    with services.database.writing() as tx:
        passkeys.rename(tx, principal, passkey_id, parse_form(PasskeyName, form_fields))
    return redirect_after_post(f"{ACCOUNT}#passkeys")


@ACCOUNT_PAGES.post(f"{ACCOUNT}/passkeys/{{passkey_id}}/remove")
def remove_passkey(passkey_id: str, services: ServicesDep, principal: PrincipalDep) -> Response:
    """Let a passkey open nothing any more."""
    with services.database.writing() as tx:
        passkeys.remove(tx, principal, passkey_id)
    return redirect_after_post(f"{ACCOUNT}#passkeys")


@ACCOUNT_PAGES.post(f"{ACCOUNT}/credentials/{{credential_id}}/end")
def end_credential(credential_id: str, services: ServicesDep, principal: PrincipalDep) -> Response:
    """Sign one browser out, or make one token stop working."""
    with services.database.writing() as tx:
        credentials.revoke(tx, principal, credential_id, now=services.now())
    return redirect_after_post(f"{ACCOUNT}#signed-in")


@ACCOUNT_PAGES.post(f"{ACCOUNT}/sign-out-elsewhere")
def sign_out_elsewhere(services: ServicesDep, principal: PrincipalDep) -> Response:
    """Sign every other browser of the user out."""
    with services.database.writing() as tx:
        browser_sessions.end_other_browser_sessions(tx, principal, now=services.now())
    return redirect_after_post(f"{ACCOUNT}#signed-in")


@ACCOUNT_PAGES.get(CONFIRM)
def show_confirmation_form(
    request: Request,
    services: ServicesDep,
    principal: PrincipalDep,
    go_on_to: Annotated[str, Query(max_length=300)] = "/",
) -> Response:
    """The form to show once more who one is."""
    return _confirm_page(request, services, principal, safe_redirect_path(go_on_to), {})


@ACCOUNT_PAGES.post(CONFIRM)
def confirm(
    request: Request, form_fields: FormFields, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Take a code, and go on to what was wanted."""
    form, faults = validate_form(CodeForm, form_fields, fallback_field="code")
    if form is None:
        return _confirm_page(request, services, principal, "/", faults)
    with services.database.writing() as tx:
        fits = sign_in.confirm_by_code(
            tx, services.keyring, principal, form.code, now=services.now()
        )
    if fits:
        return redirect_after_post(safe_redirect_path(form.go_on_to))
    wrong = {"code": "It is not right, or there were too many tries: wait for the next one."}
    return _confirm_page(request, services, principal, safe_redirect_path(form.go_on_to), wrong)


def _confirm_page(
    request: Request,
    services: ServicesDep,
    principal: PrincipalDep,
    go_on_to: str,
    faults: dict[str, str],
) -> Response:
    with services.database.reading() as tx:
        user = users.current_user(tx, principal)
        has_passkeys = bool(passkeys.passkeys_of(tx, principal))
    return render_page(
        request,
        "accounts/confirm.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        user=user,
        go_on_to=go_on_to,
        passkeys=services.settings.passkeys_supported and has_passkeys,
        provider=services.settings.oidc if user.linked else None,
        faults=faults,
        entered={"code": ""},
    )


def _account_page(
    request: Request,
    services: ServicesDep,
    principal: PrincipalDep,
    secret: str,
    faults: dict[str, str],
) -> Response:
    settings = services.settings
    with services.database.reading() as tx:
        user = users.current_user(tx, principal)
        keys = passkeys.passkeys_of(tx, principal)
        codes_left = second_factors.count_unused_recovery_codes(tx, principal)
        signed_in = credentials.active_credentials_of(tx, principal, now=services.now())
    issuer = deployment_of(request).programme_name or "Coaching scheduler"
    return render_page(
        request,
        "accounts/account.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        user=user,
        secret=secret,
        grouped_secret=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        otpauth=totp_uri(secret, user.name, issuer),
        passkeys_supported=settings.passkeys_supported,
        keys=[(each, _when(each.created_at), _when(each.last_used_at)) for each in keys],
        codes_left=codes_left,
        signed_in=[
            (
                each,
                _when(each.last_used_at or each.created_at),
                _when(each.expires_at),
                each.id == principal.credential_id,
            )
            for each in signed_in
        ],
        provider=settings.oidc,
        faults=faults,
        entered=dict.fromkeys(AccountForm.model_fields, ""),
    )


def _when(moment: datetime | None) -> str:
    return "never" if moment is None else format_short_datetime(moment, _UTC)


ROUTERS = (ACCOUNT_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", "/account"): Permission(OFFICE),
    ("POST", "/account"): Permission(OFFICE, requires_recent_authentication=True),
    ("POST", "/account/recovery-codes"): Permission(OFFICE, requires_recent_authentication=True),
    ("POST", "/account/tokens"): Permission(OFFICE, requires_recent_authentication=True),
    ("POST", "/account/passkeys/begin"): Permission(OFFICE, requires_recent_authentication=True),
    ("POST", "/account/passkeys/finish"): Permission(OFFICE, requires_recent_authentication=True),
    ("POST", "/account/passkeys/{passkey_id}"): Permission(
        OFFICE, requires_recent_authentication=True
    ),
    ("POST", "/account/passkeys/{passkey_id}/remove"): Permission(
        OFFICE, requires_recent_authentication=True
    ),
    ("POST", "/account/credentials/{credential_id}/end"): Permission(OFFICE),
    ("POST", "/account/sign-out-elsewhere"): Permission(OFFICE),
    ("GET", "/confirm"): Permission(OFFICE),
    ("POST", "/confirm"): Permission(OFFICE),
}
