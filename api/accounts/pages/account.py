"""A user's own account: password and second factor, passkeys, recovery codes, what is signed in."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from api.accounts import credentials, passkeys, second_factors, sign_in, users
from api.accounts import sign_in_flow as ceremonies
from api.accounts.pages.sign_in import Shown, offered, site_of
from api.accounts.passkeys import PasskeyName
from api.accounts.routes import TokenRequest
from api.accounts.rows import CeremonyKind
from api.accounts.sign_in import AccountForm, CodeForm
from api.crypto.password_hashing import hash_password, new_totp_secret, totp_address
from api.http.authentication import ServicesDep, ViewerDep
from api.http.cookies import begun_cookie
from api.http.urls import ACCOUNT, CONFIRM, own_page
from api.web.date_formats import short_moment_text
from api.web.rendering import Typed, checked, deployment_of, go_on, page, taken
from coach.errors import NotSignedInError, UnusableInputError

ACCOUNTS = APIRouter(include_in_schema=False)
_UTC = ZoneInfo("UTC")
_KINDS = (CeremonyKind.PASSKEY_ADD,)


@ACCOUNTS.get(ACCOUNT)
def show_account(request: Request, services: ServicesDep, viewer: ViewerDep) -> Response:
    """Everything a user can set about how they sign in."""
    return _account_page(request, services, viewer, new_totp_secret(), {})


@ACCOUNTS.post(ACCOUNT)
def set_up_account(
    request: Request, typed: Typed, services: ServicesDep, viewer: ViewerDep
) -> Response:
    """Set password and second factor, once the app has shown that it knows the secret."""
    form = taken(AccountForm, typed)
    with services.database.reading() as tx:
        user = users.user_of(tx, viewer)
    try:
        hashed = None
        if form.password or not user.linked:
            sign_in.refuse_weak(form.password, user.name)
            hashed = hash_password(form.password)
        with services.database.writing() as tx:
            sign_in.set_up_account(tx, services.keyring, viewer, form, hashed, now=services.now())
    except UnusableInputError as error:
        faults = {fault.column: fault.message for fault in error.faults}
        return _account_page(request, services, viewer, form.totp_secret, faults)
    return go_on("/")


@ACCOUNTS.post(f"{ACCOUNT}/recovery-codes")
def make_recovery_codes(request: Request, services: ServicesDep, viewer: ViewerDep) -> Response:
    """Make new recovery codes and show them this once."""
    with services.database.writing() as tx:
        codes = second_factors.make_recovery_codes(tx, viewer)
    return page(request, "accounts/shown_once.html", codes=codes, token=None)


@ACCOUNTS.post(f"{ACCOUNT}/tokens")
def make_token(
    request: Request, typed: Typed, services: ServicesDep, viewer: ViewerDep
) -> Response:
    """Make a bearer token for a program and show it this once."""
    asked = taken(TokenRequest, typed)
    with services.database.writing() as tx:
        token = credentials.issue_token(
            tx, viewer, asked.label, now=services.now(), lasting=timedelta(days=asked.days)
        )
    return page(request, "accounts/shown_once.html", codes=(), token=token.secret)


@ACCOUNTS.post(f"{ACCOUNT}/passkeys/begin")
def begin_passkey(request: Request, services: ServicesDep, viewer: ViewerDep) -> Response:
    """What the browser needs to make a passkey for the user who asks."""
    with services.database.writing() as tx:
        begun = ceremonies.begin(
            tx, CeremonyKind.PASSKEY_ADD, viewer.user_id, ACCOUNT, now=services.now()
        )
        site = site_of(request, services.settings)
        options = passkeys.offer_registration(tx, begun, site)
    return offered(options, begun, services.settings)


@ACCOUNTS.post(f"{ACCOUNT}/passkeys/finish")
def finish_passkey(
    shown: Shown, request: Request, services: ServicesDep, viewer: ViewerDep
) -> Response:
    """Keep the passkey that the browser has made."""
    settings, now = services.settings, services.now()
    name = taken(PasskeyName, {"name": shown.name})
    with services.database.writing() as tx:
        secret = request.cookies.get(begun_cookie(settings), "")
        begun = ceremonies.use_up(tx, secret, _KINDS, now=now)
        if begun is not None and begun.user_id == viewer.user_id:
            site = site_of(request, settings)
            passkeys.register(tx, begun, site, shown.credential, name, now=now)
            return JSONResponse({"go_on_to": begun.go_on_to})
    raise NotSignedInError("that took too long or was begun by somebody else; please begin again")


@ACCOUNTS.post(f"{ACCOUNT}/passkeys/{{passkey_id}}")
def rename_passkey(
    passkey_id: str, typed: Typed, services: ServicesDep, viewer: ViewerDep
) -> Response:
    """Call a passkey otherwise."""
    with services.database.writing() as tx:
        passkeys.rename(tx, viewer, passkey_id, taken(PasskeyName, typed))
    return go_on(f"{ACCOUNT}#passkeys")


@ACCOUNTS.post(f"{ACCOUNT}/passkeys/{{passkey_id}}/remove")
def remove_passkey(passkey_id: str, services: ServicesDep, viewer: ViewerDep) -> Response:
    """Let a passkey open nothing any more."""
    with services.database.writing() as tx:
        passkeys.remove(tx, viewer, passkey_id)
    return go_on(f"{ACCOUNT}#passkeys")


@ACCOUNTS.post(f"{ACCOUNT}/credentials/{{credential_id}}/end")
def end_credential(credential_id: str, services: ServicesDep, viewer: ViewerDep) -> Response:
    """Sign one browser out, or make one token stop working."""
    with services.database.writing() as tx:
        credentials.revoke(tx, viewer, credential_id, now=services.now())
    return go_on(f"{ACCOUNT}#signed-in")


@ACCOUNTS.post(f"{ACCOUNT}/sign-out-elsewhere")
def sign_out_elsewhere(services: ServicesDep, viewer: ViewerDep) -> Response:
    """Sign every other browser of the user out."""
    with services.database.writing() as tx:
        credentials.end_other_browsers(tx, viewer, now=services.now())
    return go_on(f"{ACCOUNT}#signed-in")


@ACCOUNTS.get(CONFIRM)
def ask_to_confirm(
    request: Request,
    services: ServicesDep,
    viewer: ViewerDep,
    go_on_to: Annotated[str, Query(max_length=300)] = "/",
) -> Response:
    """The form to show once more who one is."""
    return _confirm_page(request, services, viewer, own_page(go_on_to), {})


@ACCOUNTS.post(CONFIRM)
def confirm(request: Request, typed: Typed, services: ServicesDep, viewer: ViewerDep) -> Response:
    """Take a code, and go on to what was wanted."""
    form, faults = checked(CodeForm, typed, whole="code")
    if form is None:
        return _confirm_page(request, services, viewer, "/", faults)
    with services.database.writing() as tx:
        fits = sign_in.confirm_by_code(tx, services.keyring, viewer, form.code, now=services.now())
    if fits:
        return go_on(own_page(form.go_on_to))
    wrong = {"code": "It is not right, or there were too many tries: wait for the next one."}
    return _confirm_page(request, services, viewer, own_page(form.go_on_to), wrong)


def _confirm_page(
    request: Request,
    services: ServicesDep,
    viewer: ViewerDep,
    go_on_to: str,
    faults: dict[str, str],
) -> Response:
    with services.database.reading() as tx:
        user = users.user_of(tx, viewer)
        has_passkeys = bool(passkeys.passkeys_of(tx, viewer))
    return page(
        request,
        "accounts/confirm.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        user=user,
        go_on_to=go_on_to,
        passkeys=services.settings.passkeys_work and has_passkeys,
        provider=services.settings.oidc if user.linked else None,
        faults=faults,
        entered={"code": ""},
    )


def _account_page(
    request: Request,
    services: ServicesDep,
    viewer: ViewerDep,
    secret: str,
    faults: dict[str, str],
) -> Response:
    settings = services.settings
    with services.database.reading() as tx:
        user = users.user_of(tx, viewer)
        keys = passkeys.passkeys_of(tx, viewer)
        codes_left = second_factors.recovery_codes_left(tx, viewer)
        signed_in = credentials.live_credentials_of(tx, viewer, now=services.now())
    issuer = deployment_of(request).programme_name or "Coaching scheduler"
    return page(
        request,
        "accounts/account.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        user=user,
        secret=secret,
        in_fours=" ".join(secret[place : place + 4] for place in range(0, len(secret), 4)),
        otpauth=totp_address(secret, user.name, issuer),
        passkeys_work=settings.passkeys_work,
        keys=[(each, _when(each.created_at), _when(each.last_used_at)) for each in keys],
        codes_left=codes_left,
        signed_in=[
            (
                each,
                _when(each.last_used_at or each.created_at),
                _when(each.expires_at),
                each.id == viewer.credential_id,
            )
            for each in signed_in
        ],
        provider=settings.oidc,
        faults=faults,
        entered=dict.fromkeys(AccountForm.model_fields, ""),
    )


def _when(moment: datetime | None) -> str:
    return "never" if moment is None else short_moment_text(moment, _UTC)
