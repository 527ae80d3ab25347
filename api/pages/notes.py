"""Where a coach's notes open: the passphrase for further devices."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.confidential.passwords import hash_password
from api.http import addresses
from api.http.asking import ServicesDep, ViewerDep
from api.http.routes.access import Passphrase, leave_note_key, opened_by_passphrase
from api.pages.frame import Typed, go_on, page, taken
from api.workflows import note_opening
from coach.errors import NotAllowedError, UnusableInputError

NOTES = APIRouter(prefix="/p/{link}/notes", include_in_schema=False)


@NOTES.get("")
def show(link: str, request: Request, services: ServicesDep, viewer: ViewerDep) -> Response:
    """How it stands with the notes on this device, and the form that goes with it."""
    return _draw(link, request, services, viewer, {})


@NOTES.post("/passphrase")
def choose(
    link: str, request: Request, typed: Typed, services: ServicesDep, viewer: ViewerDep
) -> Response:
    """Choose the passphrase, where the notes are open."""
    asked = taken(Passphrase, typed)
    try:
        note_opening.refuse_weak_passphrase(asked.passphrase)
    except UnusableInputError as error:
        faults = {fault.column: fault.message for fault in error.faults}
        return _draw(link, request, services, viewer, faults)
    hashed = hash_password(asked.passphrase)
    with services.database.writing() as tx:
        note_opening.choose_passphrase(tx, viewer, hashed)
    return go_on(addresses.person_notes(link))


@NOTES.post("/open")
def open_here(
    link: str, request: Request, typed: Typed, services: ServicesDep, viewer: ViewerDep
) -> Response:
    """Open the notes on this device by the passphrase."""
    asked = taken(Passphrase, typed)
    try:
        key = opened_by_passphrase(services, viewer, asked.passphrase)
    except NotAllowedError as error:
        return _draw(link, request, services, viewer, {"passphrase": str(error)})
    gone_on = go_on(addresses.person_notes(link))
    leave_note_key(gone_on, services, viewer, key)
    return gone_on


def _draw(
    link: str,
    request: Request,
    services: ServicesDep,
    viewer: ViewerDep,
    faults: dict[str, str],
) -> Response:
    with services.database.reading() as tx:
        opening = note_opening.opening_of(tx, viewer)
    return page(
        request,
        "person/notes.html",
        422 if faults else 200,
        home=addresses.person(link),
        address=addresses.person_notes(link),
        opening=opening,
        faults=faults,
        entered={"passphrase": ""},
    )
