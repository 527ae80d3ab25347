"""Signing in by name, password and code, and setting these up."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Request, Response

from api.confidential.passwords import (
    hash_password,
    new_totp_secret,
    password_fits,
    totp_address,
)
from api.http.addresses import ACCOUNT, SIGN_IN
from api.http.asking import ServicesDep, ViewerDep
from api.http.routes.access import signed_in
from api.pages.frame import Typed, deployment_of, go_on, page, taken
from api.workflows import sign_in
from api.workflows.sign_in import AccountForm, SignInForm
from coach.errors import NotSignedInError, UnusableInputError

ACCOUNTS = APIRouter(include_in_schema=False)


@ACCOUNTS.get(SIGN_IN)
def ask_who(request: Request) -> Response:
    """The form to sign in."""
    empty = dict.fromkeys(SignInForm.model_fields, "")
    return page(request, "sign_in_form.html", address=SIGN_IN, entered=empty)


@ACCOUNTS.post(SIGN_IN)
def sign_in_by_password(typed: Typed, services: ServicesDep) -> Response:
    """Sign in by name, password and code; which of them is wrong is not told."""
    form, settings = taken(SignInForm, typed), services.settings
    with services.database.reading() as tx:
        stored = sign_in.password_of(tx, form.name)
    fits = password_fits(form.password, stored)
    with services.database.writing() as tx:
        cookie = sign_in.finish_sign_in(
            tx,
            services.keyring,
            form,
            password_fits=fits,
            now=services.now(),
            lasting=timedelta(hours=settings.cookie_hours),
        )
    if cookie is None:
        raise NotSignedInError(
            "name, password and code do not belong together, or there were too many tries: "
            "wait for the next code, then try again"
        )
    return signed_in(settings, cookie)


@ACCOUNTS.get(ACCOUNT)
def show_account(request: Request, services: ServicesDep, viewer: ViewerDep) -> Response:
    """The form to set a password and a second factor."""
    return _account_page(request, services, viewer, new_totp_secret(), {})


@ACCOUNTS.post(ACCOUNT)
def set_up_account(
    request: Request, typed: Typed, services: ServicesDep, viewer: ViewerDep
) -> Response:
    """Set both, once the app has shown that it knows the secret."""
    form = taken(AccountForm, typed)
    with services.database.reading() as tx:
        user = sign_in.user_of(tx, viewer)
    try:
        sign_in.refuse_weak(form.password, user.name)
        hashed = hash_password(form.password)
        with services.database.writing() as tx:
            sign_in.set_up_account(tx, services.keyring, viewer, form, hashed, now=services.now())
    except UnusableInputError as error:
        faults = {fault.column: fault.message for fault in error.faults}
        return _account_page(request, services, viewer, form.totp_secret, faults)
    return go_on("/")


def _account_page(
    request: Request,
    services: ServicesDep,
    viewer: ViewerDep,
    secret: str,
    faults: dict[str, str],
) -> Response:
    with services.database.reading() as tx:
        user = sign_in.user_of(tx, viewer)
    issuer = deployment_of(request).programme_name or "Coaching scheduler"
    return page(
        request,
        "account.html",
        422 if faults else 200,
        user=user,
        secret=secret,
        in_fours=" ".join(secret[place : place + 4] for place in range(0, len(secret), 4)),
        otpauth=totp_address(secret, user.name, issuer),
        faults=faults,
        entered=dict.fromkeys(AccountForm.model_fields, ""),
    )
