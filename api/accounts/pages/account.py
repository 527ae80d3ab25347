"""The account page: password, second factor, passkeys, browser sessions and tokens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from api.accounts import account, browser_sessions, passkeys, tokens
from api.accounts.account import AccountForm
from api.accounts.change_confirmation import ChangeProof
from api.accounts.credentials import revoke_credential
from api.accounts.facts import SCOPE_LIST, SCOPES
from api.accounts.pages.sign_in import PasskeyResponse, passkey_options_response, relying_party_of
from api.accounts.passkeys import PasskeyName
from api.accounts.session_cookies import change_secret_of
from api.accounts.tokens import TokenRequest
from api.crypto.password_hashing import totp_uri
from api.http.authorization import SecondFactorExemption
from api.http.cookies import sign_in_flow_cookie
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.limits import LimitRule
from api.http.permissions import OFFICE, Permission, Permissions
from api.http.principal import Principal, TokenScope
from api.http.urls import ACCOUNT
from api.services import Services
from api.web.date_formats import format_short_datetime
from api.web.qr_code import qr_code
from api.web.rendering import (
    FormFields,
    parse_form,
    redirect_after_post,
    render_page,
    site_name,
)
from coach.errors import UnusableInputError
from coach.texts.facts import Displayed

ACCOUNT_PAGES = APIRouter(include_in_schema=False)
_UTC = ZoneInfo("UTC")


@ACCOUNT_PAGES.get(ACCOUNT)
def show_account(request: Request, services: ServicesDep, principal: PrincipalDep) -> Response:
    """Show the requesting user's account."""
    return _render(request, services, principal, {})


@ACCOUNT_PAGES.post(ACCOUNT)
def set_up_account(
    request: Request, form_fields: FormFields, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Set the password and second factor, given a code proving that the app has the secret."""
    form = parse_form(AccountForm, form_fields)
    try:
        change_secret = change_secret_of(request, services.settings)
        account.set_up_account(services, principal, form, change_secret)
    except UnusableInputError as error:
        return _render(request, services, principal, error.by_column)
    return redirect_after_post("/")


@ACCOUNT_PAGES.post(f"{ACCOUNT}/recovery-codes")
def make_recovery_codes(
    request: Request, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Replace the recovery codes with new ones, and show them once."""
    proof = ChangeProof(None, change_secret_of(request, services.settings))
    codes = account.make_recovery_codes(services, principal, proof)
    return render_page(request, "accounts/shown_once.html", codes=codes, token=None)


@ACCOUNT_PAGES.post(f"{ACCOUNT}/tokens")
def make_token(
    request: Request, form_fields: FormFields, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Create a bearer token for a program and show it once."""
    scopes = frozenset(scope for scope in TokenScope if scope.value in form_fields)
    wanted = parse_form(TokenRequest, form_fields).model_copy(update={"scopes": scopes})
    proof = ChangeProof(None, change_secret_of(request, services.settings))
    token = tokens.make_token(services, principal, wanted, proof)
    return render_page(request, "accounts/shown_once.html", codes=(), token=token.secret)


@ACCOUNT_PAGES.post(f"{ACCOUNT}/passkeys/begin")
def begin_passkey(request: Request, services: ServicesDep, principal: PrincipalDep) -> Response:
    """Return the options that the browser needs to create a passkey."""
    relying_party = relying_party_of(request, services.settings)
    change_secret = change_secret_of(request, services.settings)
    challenge = passkeys.start_registration(
        services, principal, relying_party, change_secret, go_on_to=ACCOUNT
    )
    return passkey_options_response(challenge, services.settings)


@ACCOUNT_PAGES.post(f"{ACCOUNT}/passkeys/finish")
def finish_passkey(
    response: PasskeyResponse, request: Request, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Store the passkey that the browser has created."""
    go_on_to = passkeys.finish_registration(
        services,
        principal,
        relying_party_of(request, services.settings),
        request.cookies.get(sign_in_flow_cookie(services.settings), ""),
        response.credential,
        name=parse_form(PasskeyName, {"name": response.name}),
        change_secret=change_secret_of(request, services.settings),
    )
    return JSONResponse({"go_on_to": go_on_to})


@ACCOUNT_PAGES.post(f"{ACCOUNT}/passkeys/{{passkey_id}}")
def rename_passkey(
    passkey_id: str, form_fields: FormFields, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Rename a passkey."""
    name = parse_form(PasskeyName, form_fields)
    passkeys.rename_passkey(services, principal, passkey_id, name)
    return redirect_after_post(f"{ACCOUNT}#passkeys")


@ACCOUNT_PAGES.post(f"{ACCOUNT}/passkeys/{{passkey_id}}/remove")
def remove_passkey(
    passkey_id: str, request: Request, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Remove a passkey."""
    change_secret = change_secret_of(request, services.settings)
    passkeys.remove_passkey(services, principal, passkey_id, change_secret)
    return redirect_after_post(f"{ACCOUNT}#passkeys")


@ACCOUNT_PAGES.post(f"{ACCOUNT}/credentials/{{credential_id}}/end")
def end_credential(credential_id: str, services: ServicesDep, principal: PrincipalDep) -> Response:
    """Sign out a browser, or revoke a token."""
    revoke_credential(services, principal, credential_id)
    return redirect_after_post(f"{ACCOUNT}#signed-in")


@ACCOUNT_PAGES.post(f"{ACCOUNT}/sign-out-elsewhere")
def sign_out_elsewhere(services: ServicesDep, principal: PrincipalDep) -> Response:
    """Sign out of every other browser."""
    browser_sessions.sign_out_elsewhere(services, principal)
    return redirect_after_post(f"{ACCOUNT}#signed-in")


def _render(
    request: Request,
    services: Services,
    principal: Principal,
    faults: Mapping[str, Displayed],
) -> Response:
    settings = services.settings
    shown = account.read_account(services, principal, change_secret_of(request, settings))
    secret = account.proposed_secret(services, principal)
    otpauth = totp_uri(secret, shown.user.name, site_name(request))
    exempt: SecondFactorExemption = request.app.state.exempt_from_second_factor
    return render_page(
        request,
        "accounts/account.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        user=shown.user,
        must_set_up=principal.needs_second_factor and not exempt(services),
        exempt=exempt(services),
        grouped_secret=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        otpauth=otpauth,
        picture=qr_code(otpauth),
        passkeys_supported=settings.passkeys_supported,
        keys=[(each, _when(each.created_at), _when(each.last_used_at)) for each in shown.passkeys],
        codes_left=shown.recovery_codes_left,
        signed_in=[
            (
                each,
                _when(each.last_used_at or each.created_at),
                _when(each.expires_at),
                each.id == principal.credential_id,
            )
            for each in shown.credentials
        ],
        scopes=[(scope, SCOPES[scope]) for scope in TokenScope if scope is not TokenScope.READ],
        scope_lists={
            each.id: SCOPE_LIST(
                scopes=[SCOPES[scope] for scope in TokenScope if scope in each.scopes]
            )
            for each in shown.credentials
        },
        provider=settings.oidc,
        may_change=shown.may_change,
        by_code=shown.confirms_by_code,
        faults=faults,
        entered=dict.fromkeys(AccountForm.model_fields, ""),
    )


def _when(moment: datetime | None) -> Displayed:
    return "" if moment is None else format_short_datetime(moment, _UTC)


ROUTERS = (ACCOUNT_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", "/account"): Permission(OFFICE, without_second_factor=True, limits=LimitRule.NO_CYCLE),
    ("POST", "/account"): Permission(
        OFFICE,
        without_second_factor=True,
        requires_recent_authentication=True,
        limits=LimitRule.NO_CYCLE,
    ),
    ("POST", "/account/recovery-codes"): Permission(
        OFFICE,
        without_second_factor=True,
        requires_recent_authentication=True,
        limits=LimitRule.NO_CYCLE,
    ),
    ("POST", "/account/tokens"): Permission(
        OFFICE, requires_recent_authentication=True, limits=LimitRule.NO_CYCLE
    ),
    ("POST", "/account/passkeys/begin"): Permission(
        OFFICE,
        without_second_factor=True,
        requires_recent_authentication=True,
        limits=LimitRule.NO_CYCLE,
    ),
    ("POST", "/account/passkeys/finish"): Permission(
        OFFICE,
        without_second_factor=True,
        requires_recent_authentication=True,
        limits=LimitRule.NO_CYCLE,
    ),
    ("POST", "/account/passkeys/{passkey_id}"): Permission(
        OFFICE,
        without_second_factor=True,
        requires_recent_authentication=True,
        limits=LimitRule.NO_CYCLE,
    ),
    ("POST", "/account/passkeys/{passkey_id}/remove"): Permission(
        OFFICE,
        without_second_factor=True,
        requires_recent_authentication=True,
        limits=LimitRule.NO_CYCLE,
    ),
    ("POST", "/account/credentials/{credential_id}/end"): Permission(
        OFFICE, without_second_factor=True, limits=LimitRule.COUNTRIES
    ),
    ("POST", "/account/sign-out-elsewhere"): Permission(
        OFFICE, without_second_factor=True, limits=LimitRule.NO_CYCLE
    ),
}
