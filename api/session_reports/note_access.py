"""Use cases for access to a coach's notes: status, notebooks, passphrase, and recovery code."""

from __future__ import annotations

from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session as Transaction

from api.crypto.password_hashing import password_weakness
from api.http.principal import NotebookState, Principal
from api.participants.service import person_row
from api.personal_links import one_time_codes
from api.personal_links.one_time_codes import CodePurpose
from api.personal_links.rows import OneTimeCodeRow
from api.personal_links.verified_devices import was_just_verified_by_code
from api.services import Services
from api.session_reports import facts, notebooks
from api.session_reports.altered_notes import record_alteration, recording_alterations
from api.session_reports.device_unlocking import NotesLockedError, unlock_on_device
from api.session_reports.devices import NotesDevice, devices_of
from api.session_reports.notebook_integrity import NotebookAlteredError, restored_to
from api.session_reports.notebook_matching import candidates_of, match_secret
from api.session_reports.notebook_openers import new_opener_key
from api.session_reports.notebook_unlocking import unlock_matching
from api.session_reports.notebooks import NotebookSecrets, NotesStatus
from api.session_reports.notices import NotebookEvent, notify_coach
from api.session_reports.rows import NotebookRow, OpenerKind
from coach.errors import InputFault, NotAllowedError, UnusableInputError
from coach.texts.facts import Displayed


@dataclass(frozen=True, slots=True)
class NotesOverview:
    """The data shown on a coach's notes page.

    Attributes:
        needs_code: whether a code from an email is required to start a notebook, or to unlock one.
        code_sent: whether the coach has been sent such a code that is still valid.
        devices: the devices on which the notebook of this device is unlocked.
        version: the version of the notebook of this device; `None` if none is unlocked.
        problem: why unlocked notes are not shown; `None` if nothing is wrong.
        restored_to: see `UnlockedNote`.
        zone: the coach's time zone.
    """

    status: NotesStatus
    needs_code: bool
    code_sent: bool
    zone: ZoneInfo
    devices: tuple[NotesDevice, ...] = ()
    version: int | None = None
    problem: NotebookAlteredError | None = None
    restored_to: Displayed | None = None


@dataclass(frozen=True, slots=True)
class NotebookAccess:
    """A notebook that was started, unlocked or confirmed on a device.

    Attributes:
        principal: the coach, with the device on which the notebook is unlocked.
        version: the version of the notebook, which the device remembers.
        secrets: the secrets that were issued, if any.
    """

    principal: Principal
    status: NotesStatus
    version: int
    secrets: NotebookSecrets | None = None


def read_notes_status(services: Services, principal: Principal) -> NotesStatus:
    """Return the status of the coach's notes on the current device."""
    with services.database.reading() as tx:
        return notebooks.notes_status(tx, principal)


def read_notes_overview(services: Services, principal: Principal) -> NotesOverview:
    """Return the data shown on a coach's notes page."""
    with services.database.reading() as tx:
        overview = _overview(tx, services, principal)
    if overview.problem is not None:
        record_alteration(services, principal, overview.problem)
    return overview


def begin_notebook(
    services: Services, principal: Principal, code: str, *, further: bool, device: str
) -> NotebookAccess:
    """Start a notebook on this device; notes can be written in it only after confirmation.

    If the server sends email, a one-time code from an email is required, because the programme
    office has the link too. This is either `code`, or the code that verified this device in the
    last two hours. `further` states that the coach has notebooks that they cannot unlock.

    Raises:
        NotAllowedError: `code` is wrong.
        ConflictError: `further` does not match whether the coach has a notebook, a notebook is
            unlocked on this device, or the coach has the maximum number of notebooks.
    """
    now = services.now()
    with services.database.writing() as tx:
        code_row, accepted = _verify_code(tx, services, principal, code)
        if accepted:
            author, secrets = notebooks.start_notebook(
                tx, services.keyring, principal, further=further, device=device, now=now
            )
            if code_row is not None:
                one_time_codes.mark_used(code_row, now=now)
            notify_coach(tx, services, principal, NotebookEvent.STARTED, device)
            return _access(tx, author, secrets)
    raise one_time_codes.wrong_code_error()  # not in the transaction, which counts the attempt


def confirm_notebook(services: Services, principal: Principal, typed: str) -> NotebookAccess:
    """Confirm the notebook that was started on this device; `typed` is its recovery code.

    Raises:
        NotAllowedError: `typed` is not the recovery code.
        NotesLockedError: no notebook was started on this device.
        NotebookAlteredError: the notebook was altered.
    """
    with services.database.writing() as tx:
        author = notebooks.confirm_notebook(
            tx, services.keyring, principal, typed, now=services.now()
        )
        return _access(tx, author)


def choose_passphrase(services: Services, principal: Principal, passphrase: str) -> NotebookAccess:
    """Set the passphrase that unlocks the notebook on other devices, and confirm the notebook.

    Raises:
        UnusableInputError: the passphrase is too easy to guess.
        NotesLockedError: the notebook is not unlocked on this device.
        NotebookAlteredError: the notebook was altered.
        ConflictError: the coach has no notebook yet.
        BusyError: too many hashes are being computed.
    """
    weakness = password_weakness(passphrase, [])
    if weakness is not None:
        raise UnusableInputError([InputFault("form", 1, "passphrase", weakness)])
    key = new_opener_key(OpenerKind.PASSPHRASE, passphrase)  # slow, so not in a transaction
    with recording_alterations(services, principal), services.database.writing() as tx:
        author = notebooks.set_passphrase(tx, services.keyring, principal, key, now=services.now())
        return _access(tx, author)


def make_recovery_code(services: Services, principal: Principal) -> str:
    """Create a single-use recovery code for the notebook, replacing any earlier code.

    Raises:
        NotesLockedError: the notebook is not unlocked on this device.
        NotebookAlteredError: the notebook was altered.
        ConflictError: the coach has no notebook yet.
    """
    with recording_alterations(services, principal), services.database.writing() as tx:
        return notebooks.create_recovery_code(tx, services.keyring, principal, now=services.now())


def unlock_notes(
    services: Services, principal: Principal, typed: str, code: str, *, device: str
) -> NotebookAccess:
    """Unlock a notebook on this device; `typed` is its passphrase or recovery code.

    If the server sends email, a one-time code from an email is also required: `code`, or the code
    that verified this device in the last two hours. It does not replace `typed`, because the
    programme office can change the coach's email address. Devices of a legacy notebook do not need
    a code.

    Raises:
        NotAllowedError: `typed` or `code` is wrong, or there have been too many attempts.
        NotebookAlteredError: the notebook was altered.
        BusyError: too many hashes are being computed.
    """
    now = services.now()
    # Before the comparison, whose duration reveals something about the secrets.
    _require_code(services, principal, code)
    with services.database.reading() as tx:
        candidates = candidates_of(tx, principal, now=now)
    attempt = match_secret(services.keyring, candidates, typed)  # slow, so not in a transaction
    with recording_alterations(services, principal), services.database.writing() as tx:
        code_row, accepted = _verify_code(tx, services, principal, code)
        unlocked = None
        if accepted:
            unlocked = unlock_matching(
                tx, services.keyring, principal, attempt, device=device, now=now
            )
        if unlocked is not None:
            if code_row is not None:
                one_time_codes.mark_used(code_row, now=now)
            notify_coach(tx, services, principal, NotebookEvent.OPENED, device)
            return _access(tx, *unlocked)
    if not accepted:  # raised here, because inside the transaction it would undo the count
        raise one_time_codes.wrong_code_error()
    raise NotAllowedError(facts.WRONG_PASSPHRASE())


def _require_code(services: Services, principal: Principal, typed: str) -> None:
    """Check the one-time code that was typed, if one is required; a wrong attempt is counted.

    Raises:
        NotAllowedError: the code is wrong or no longer valid.
    """
    with services.database.writing() as tx:
        _, accepted = _verify_code(tx, services, principal, typed)
    if not accepted:  # raised here, because inside the transaction it would undo the count
        raise one_time_codes.wrong_code_error()


def _overview(tx: Transaction, services: Services, principal: Principal) -> NotesOverview:
    sent = one_time_codes.active_code(tx, principal, CodePurpose.NOTES, now=services.now())
    zone = ZoneInfo(person_row(tx, principal.person_id or "").timezone)
    status = notebooks.notes_status(tx, principal)
    basis = NotesOverview(status, _needs_code(tx, services, principal), sent is not None, zone)
    device = principal.notes_device
    if device is None or not (status.is_open or status.needs_renewal):
        return basis
    devices = devices_of(tx, principal) if status.is_open else ()
    try:
        row = unlock_on_device(tx, services.keyring, principal).row
    except NotebookAlteredError as error:
        return replace(basis, devices=devices, problem=error)
    except NotesLockedError:  # a legacy notebook, which only has to be unlocked once more
        return basis
    older = restored_to(tx, row, device.seen)
    return replace(basis, devices=devices, version=row.version, restored_to=older)


def _access(
    tx: Transaction, author: Principal, secrets: NotebookSecrets | None = None
) -> NotebookAccess:
    tx.flush()
    number = 0 if author.notes_device is None else author.notes_device.notebook
    row = tx.get_one(NotebookRow, (author.person_id, number))
    return NotebookAccess(author, notebooks.notes_status(tx, author), row.version, secrets)


def _needs_code(tx: Transaction, services: Services, principal: Principal) -> bool:
    """Return whether a code from an email is required to start a notebook, or to unlock one."""
    if not services.settings.mail.enabled:
        return False
    device = principal.notes_device
    if device is not None and device.state is NotebookState.LEGACY:
        return False
    return not was_just_verified_by_code(tx, principal, now=services.now())


def _verify_code(
    tx: Transaction, services: Services, principal: Principal, typed: str
) -> tuple[OneTimeCodeRow | None, bool]:
    """Return the one-time code, if one is required and correct, and whether to grant access."""
    if not _needs_code(tx, services, principal):
        return None, True
    row = one_time_codes.verify_code(
        tx, services.keyring, principal, CodePurpose.NOTES, typed, now=services.now()
    )
    return row, row is not None
