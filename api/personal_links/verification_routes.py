"""JSON routes for verification, verified devices and PINs."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request
from pydantic import BaseModel

from api.accounts.credentials import IssuedSecret
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.device_names import device_name
from api.http.limits import LimitRule
from api.http.permissions import MANAGER, PERSON, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.personal_links import own_devices, pins, verification, verified_devices
from api.personal_links.own_devices import OwnDevices
from api.personal_links.pins import PinChange
from api.personal_links.verification import VerificationInput, VerificationStatus

VERIFICATION = APIRouter(prefix=f"{API}/me", tags=["me"])
PINS = APIRouter(prefix=f"{API}/people", tags=["people"])


class PinReset(BaseModel):
    """The result of removing a PIN and passkeys; `mailed` is true if the person is notified."""

    mailed: bool


@VERIFICATION.get("/verification", responses=problem_responses())
def read_verification(services: ServicesDep, principal: PrincipalDep) -> VerificationStatus:
    """Get the verification required for records, feedback, consent and your own data."""
    return verification.read_verification(services, principal)


@VERIFICATION.post(
    "/verification/code", status_code=HTTPStatus.ACCEPTED, responses=problem_responses(409)
)
def send_verification_code(services: ServicesDep, principal: PrincipalDep) -> None:
    """Send a code to your email address, to verify this device."""
    verification.send_verification_code(services, principal)


@VERIFICATION.post("/verification", responses=problem_responses(409, 422))
def verify(
    entered: VerificationInput, request: Request, services: ServicesDep, principal: PrincipalDep
) -> IssuedSecret:
    """Verify this device with the code and, if you have set one, your PIN.

    Send the returned secret in the header `X-Device-Key`, together with the secret of your link.
    """
    return verification.verify(services, principal, entered, device_name(request))


@VERIFICATION.get("/devices", responses=problem_responses())
def read_own_devices(services: ServicesDep, principal: PrincipalDep) -> OwnDevices:
    """List your verified devices and passkeys, and when you set your PIN."""
    return own_devices.read_own_devices(services, principal)


@VERIFICATION.delete(
    "/devices/{device_id}", status_code=HTTPStatus.NO_CONTENT, responses=problem_responses(404)
)
def end_device(device_id: str, services: ServicesDep, principal: PrincipalDep) -> None:
    """End the verification of one of your devices."""
    verified_devices.end_device(services, principal, device_id)


@VERIFICATION.put("/pin", status_code=HTTPStatus.NO_CONTENT, responses=problem_responses(409, 422))
def change_pin(change: PinChange, services: ServicesDep, principal: PrincipalDep) -> None:
    """Set, replace or remove your PIN; you get an email. Other devices lose their verification."""
    pins.change_pin(services, principal, change)


@PINS.delete("/{person_id}/pin", responses=problem_responses(404, 409))
def reset_pin(person_id: str, services: ServicesDep) -> PinReset:
    """Remove the PIN and passkeys of a person who has lost them, and notify the person by email."""
    return PinReset(mailed=pins.reset_pin(services, person_id).mailed)


ROUTERS = (VERIFICATION, PINS)
PERMISSIONS: Permissions = {
    ("GET", API + "/me/verification"): Permission(PERSON),
    ("POST", API + "/me/verification/code"): Permission(PERSON),
    ("POST", API + "/me/verification"): Permission(PERSON),
    ("GET", API + "/me/devices"): Permission(PERSON, requires_verification=True),
    ("DELETE", API + "/me/devices/{device_id}"): Permission(PERSON, requires_verification=True),
    ("PUT", API + "/me/pin"): Permission(PERSON, requires_verification=True),
    ("DELETE", API + "/people/{person_id}/pin"): Permission(
        MANAGER, requires_recent_authentication=True, limits=LimitRule.COUNTRIES
    ),
}
