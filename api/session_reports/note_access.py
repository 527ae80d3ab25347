"""Use cases for access to a coach's notes: status, passphrase, recovery code and notebooks."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session as Transaction

from api.accounts.credentials import IssuedSecret
from api.crypto.password_hashing import hash_password, password_weakness, verify_password
from api.http.principal import Principal
from api.personal_links import one_time_codes
from api.personal_links.one_time_codes import CodePurpose
from api.personal_links.rows import OneTimeCodeRow
from api.services import Services
from api.session_reports import facts, notebooks
from api.session_reports.notebooks import NotebookSecrets, NotesStatus
from coach.errors import InputFault, NotAllowedError, UnusableInputError


@dataclass(frozen=True, slots=True)
class NotesOverview:
    """The data shown on a coach's notes page.

    `code_sent` is whether the coach has been sent a one-time code that is still valid.
    """

    status: NotesStatus
    code_sent: bool


@dataclass(frozen=True, slots=True)
class OpenedNotes:
    """The result of opening notes on a device: their status, and the key for the device."""

    status: NotesStatus
    device_key: IssuedSecret


@dataclass(frozen=True, slots=True)
class StartedNotebook:
    """The result of starting a notebook: the status of the notes, and the notebook's secrets."""

    status: NotesStatus
    secrets: NotebookSecrets


def read_notes_status(services: Services, principal: Principal) -> NotesStatus:
    """Return the status of the coach's notes on the current device."""
    with services.database.reading() as tx:
        return notebooks.notes_status(tx, principal)


def read_notes_overview(services: Services, principal: Principal) -> NotesOverview:
    """Return the data shown on a coach's notes page."""
    with services.database.reading() as tx:
        code = one_time_codes.active_code(tx, principal, CodePurpose.NOTES, now=services.now())
        return NotesOverview(notebooks.notes_status(tx, principal), code_sent=code is not None)


def choose_passphrase(services: Services, principal: Principal, passphrase: str) -> None:
    """Set the passphrase that opens the notebook on other devices.

    Raises:
        UnusableInputError: the passphrase is too easy to guess.
        NotesClosedError: the notebook is not open on this device.
        ConflictError: the coach has no notebook yet.
    """
    weakness = password_weakness(passphrase, [])
    if weakness is not None:
        raise UnusableInputError([InputFault("form", 1, "passphrase", weakness)])
    hashed = hash_password(passphrase)
    with services.database.writing() as tx:
        notebooks.set_passphrase(tx, principal, hashed)


def make_recovery_code(services: Services, principal: Principal) -> str:
    """Create a single-use recovery code for the notebook, replacing any earlier code.

    Raises:
        NotesClosedError: the notebook is not open on this device.
        ConflictError: the coach has no notebook yet.
    """
    with services.database.writing() as tx:
        return notebooks.create_recovery_code(tx, principal)


def start_new_notebook(services: Services, principal: Principal) -> StartedNotebook:
    """Start a new notebook on this device for a coach who cannot open their earlier ones.

    Raises:
        ConflictError: the coach has no notebook yet, has one open on this device, or has reached
            the maximum number of notebooks.
    """
    with services.database.writing() as tx:
        opened, key = notebooks.start_further_notebook(tx, principal, now=services.now())
        code = notebooks.create_recovery_code(tx, opened)
        return StartedNotebook(notebooks.notes_status(tx, opened), NotebookSecrets(key, code))


def open_notes(services: Services, principal: Principal, typed: str, code: str) -> OpenedNotes:
    """Open a notebook on this device; `typed` is its passphrase or recovery code.

    If the server sends email, `code` must be a valid one-time code from an email. It is required in
    addition to `typed`, because the programme office can change the coach's email address.

    Raises:
        NotAllowedError: `typed` or `code` is wrong, or there have been too many attempts.
    """
    matching = _matching_notebook(services, principal, typed)  # slow, so not in a transaction
    with services.database.writing() as tx:
        required = services.settings.mail.enabled
        code_row = _verify_code(tx, services, principal, code) if required else None
        accepted = code_row is not None or not required
        opened = (
            notebooks.open_notebook(
                tx, principal, typed, matching_notebook=matching, now=services.now()
            )
            if accepted
            else None
        )
        if opened is not None:
            if code_row is not None:
                one_time_codes.mark_used(code_row, now=services.now())
            return OpenedNotes(notebooks.notes_status(tx, opened[0]), opened[1])
    if not accepted:  # raised here, because inside the transaction it would undo the count
        raise one_time_codes.wrong_code_error()
    raise NotAllowedError(facts.WRONG_PASSPHRASE())


def _matching_notebook(services: Services, principal: Principal, typed: str) -> int | None:
    """Return the number of the notebook whose passphrase is `typed`, or `None` if there is none."""
    with services.database.reading() as tx:
        hashes = notebooks.passphrase_hashes(tx, principal)
    return next(
        (number for number, hashed in hashes.items() if verify_password(typed, hashed)), None
    )


def _verify_code(
    tx: Transaction, services: Services, principal: Principal, typed: str
) -> OneTimeCodeRow | None:
    return one_time_codes.verify_code(
        tx, services.keyring, principal, CodePurpose.NOTES, typed, now=services.now()
    )
