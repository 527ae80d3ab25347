"""Starts a notebook when a coach submits their first note, without losing the note's text.

The form is shown again with one more field at each step: a code from an email, if one is required
(see `note_access.begin_notebook`), and then either the recovery code, which is shown once and typed
back, or a passphrase.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from api.http.principal import Principal
from api.personal_links.one_time_codes import send_note_code
from api.services import Services
from api.session_reports import note_access
from api.session_reports.note_access import NotebookAccess, NotesOverview
from coach.errors import ConflictError, NotAllowedError, UnusableInputError
from coach.texts.facts import Displayed

SETUP_FIELDS = ("code", "recovery_code", "passphrase", "new_code", "another_mail")


@dataclass(frozen=True, slots=True)
class NotebookSetup:
    """The additional fields in the form for a first note, at one step.

    Attributes:
        needs_code: whether the code from an email has to be entered, before anything else.
        recovery_code: a new recovery code, which is shown once.
        access: the notebook that was started or confirmed in this step.
        is_done: whether the notebook is confirmed, so that the note can be saved.
        faults: the faults in the fields of this step.
    """

    needs_code: bool = False
    recovery_code: str | None = None
    access: NotebookAccess | None = None
    is_done: bool = False
    faults: Mapping[str, Displayed] = field(default_factory=dict)


def next_step(
    services: Services, principal: Principal, entered: Mapping[str, str], *, device: str
) -> NotebookSetup:
    """Perform the step whose fields are in `entered`, and return the fields of the next step."""
    if principal.notes_device is not None:
        return _confirm(services, principal, entered)
    overview = note_access.read_notes_overview(services, principal)
    if not overview.needs_code or (entered["code"] and not entered["another_mail"]):
        return _begin(services, principal, entered["code"], device)
    return _send_code(services, principal, overview)


def _send_code(services: Services, principal: Principal, overview: NotesOverview) -> NotebookSetup:
    try:
        if not overview.code_sent:
            send_note_code(services, principal)
    except ConflictError as error:
        return NotebookSetup(needs_code=True, faults={"": error.shown})
    return NotebookSetup(needs_code=True)


def _begin(services: Services, principal: Principal, code: str, device: str) -> NotebookSetup:
    try:
        access = note_access.begin_notebook(services, principal, code, further=False, device=device)
    except NotAllowedError as error:
        return NotebookSetup(needs_code=True, faults={"code": error.shown})
    secrets = access.secrets
    return NotebookSetup(
        recovery_code=None if secrets is None else secrets.recovery_code, access=access
    )


def _confirm(services: Services, principal: Principal, entered: Mapping[str, str]) -> NotebookSetup:
    if entered["new_code"]:
        code = note_access.make_recovery_code(services, principal)
        return NotebookSetup(recovery_code=code)
    if not entered["recovery_code"] and not entered["passphrase"]:
        return NotebookSetup()
    try:
        access = confirm(services, principal, entered)
    except NotAllowedError as error:
        return NotebookSetup(faults={"recovery_code": error.shown})
    except UnusableInputError as error:
        return NotebookSetup(faults=error.by_column)
    return NotebookSetup(access=access, is_done=True)


def confirm(services: Services, principal: Principal, entered: Mapping[str, str]) -> NotebookAccess:
    """Confirm a notebook with the recovery code or the passphrase that was entered.

    Raises:
        NotAllowedError: the recovery code is wrong.
        UnusableInputError: the passphrase is too easy to guess.
        NotesLockedError: no notebook was started on this device.
        NotebookAlteredError: the notebook was altered.
    """
    if entered["recovery_code"]:
        return note_access.confirm_notebook(services, principal, entered["recovery_code"])
    return note_access.choose_passphrase(services, principal, entered["passphrase"])
