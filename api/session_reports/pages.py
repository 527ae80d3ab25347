"""Pages for the coach's session note form and the coachee's feedback form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.coaching.curriculum.planning import SessionModules, session_modules
from api.coaching.instruments.fields import by_field
from api.http import urls
from api.http.dependencies import PrincipalDep, ServicesDep, principal_of, services_for
from api.http.permissions import COACH, COACHEE, Permission, Permissions
from api.http.principal import Principal
from api.participants.rows import Side
from api.services import Services
from api.session_reports import facts
from api.session_reports import service as session_reports
from api.session_reports.device_keys import remember_version
from api.session_reports.device_names import device_name
from api.session_reports.device_unlocking import NotebookNeededError, NotesLockedError
from api.session_reports.feedback_form import (
    feedback_fields,
    given_fields,
    question_options,
    read_feedback_form,
)
from api.session_reports.first_note import SETUP_FIELDS, NotebookSetup, next_step
from api.session_reports.labels import (
    ATTENDANCES,
)
from api.session_reports.note_access_pages import remember_notebook
from api.session_reports.notebook_integrity import NotebookAlteredError
from api.session_reports.open_actions import read_open_actions
from api.session_reports.presenters import action_text
from api.session_reports.record_form import (
    RECORD_FIELDS,
    by_form_field,
    entered_fields,
    first_fields,
    read_record,
    record_options,
    stored_fields,
)
from api.sessions import service as sessions
from api.sessions.presenters import own_session_line
from api.sessions.session_details import SessionDetails
from api.web.drafts import Draft, draft_of
from api.web.rendering import (
    FormFields,
    redirect_after_post,
    render_page,
    validate_form,
)
from coach.errors import ConflictError, UnusableInputError
from coach.feedback import Note, SharedRecord
from coach.texts.facts import Displayed

SESSION_REPORT_PAGES = APIRouter(prefix="/p/{link}/sessions/{session_id}", include_in_schema=False)
_PRIVATE = "private"
_TEMPLATES = {
    Side.COACH: "session_reports/note_form.html",
    Side.COACHEE: "session_reports/feedback_form.html",
}


@dataclass(frozen=True, slots=True)
class FormPage:
    """Renders the session note form or the feedback form for the owner of a secret link."""

    request: Request
    link: str
    session_id: str

    @property
    def session_page(self) -> str:
        """The URL of the session's page, to which the forms redirect."""
        return urls.person_session(self.link, self.session_id)

    def render(
        self,
        side: Side,
        session: SessionDetails,
        entered: Mapping[str, str],
        modules: SessionModules | None = None,
    ) -> Response:
        """Render the form for `side`, filled in with `entered`.

        `modules` contains the session's modules, if they have already been read.
        """
        return self._render(side, session, entered, {}, modules=modules)

    def render_faults(
        self,
        side: Side,
        entered: Mapping[str, str],
        faults: Mapping[str, Displayed],
        setup: NotebookSetup | None = None,
    ) -> Response:
        """Render the form for `side`, filled in with `entered`, with each fault next to its field.

        `setup` contains the additional fields of the form for a first note.

        Raises:
            NotFoundError: there is no such session, or the reader may not see it.
        """
        services, principal = services_for(self.request), principal_of(self.request)
        session = sessions.read_session(services, principal, self.session_id)
        return self._render(side, session, entered, faults, setup)

    def _render(
        self,
        side: Side,
        session: SessionDetails,
        entered: Mapping[str, str],
        faults: Mapping[str, Displayed],
        setup: NotebookSetup | None = None,
        *,
        modules: SessionModules | None = None,
    ) -> Response:
        services, principal = services_for(self.request), principal_of(self.request)
        options: dict[str, object] = {}
        if side is Side.COACHEE:
            options = question_options(services)
        else:
            options = record_options(modules or session_modules(services, session), entered)
            options["open_actions"] = [
                (urls.person_session(self.link, one.session_id), action_text(one.action))
                for one in read_open_actions(services, session)
            ]
        return render_page(
            self.request,
            _TEMPLATES[side],
            HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
            home=urls.person(self.link),
            line=own_session_line(session, side, self.session_page, services.now()),
            draft=report_draft(services, principal, self.session_id, side),
            notes_unlocked=principal.notes_unlocked,
            attendances=ATTENDANCES,
            entered=dict.fromkeys(SETUP_FIELDS, "") | dict(entered),
            faults=faults,
            setup=setup,
            **options,
        )


def report_draft(services: Services, principal: Principal, session_id: str, side: Side) -> Draft:
    """Return the draft of the form for a session.

    The draft contains the coach's own note only if the notes are unlocked on the device, and can
    then be opened only with the secret of that device.
    """
    form = f"{session_id}.{side}"
    if side is Side.COACHEE:
        return draft_of(services.keyring, principal, form, feedback_fields(services))
    device = principal.notes_device
    if device is None or not principal.notes_unlocked:
        return draft_of(services.keyring, principal, form, RECORD_FIELDS)
    fields = (*RECORD_FIELDS, _PRIVATE)
    return draft_of(services.keyring, principal, form, fields, secret=device.secret)


FormPageDep = Annotated[FormPage, Depends()]


@SESSION_REPORT_PAGES.get("/note")
def note_form(
    session_id: str, form: FormPageDep, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Show the session note form, filled in with the saved record and note."""
    found = session_reports.read_session_with_reports(services, principal, session_id)
    session, record, note = found.session, found.reports.record, found.reports.note
    problem = found.reports.note_problem
    if problem is not None and not problem.is_replaceable:
        raise problem
    modules = session_modules(services, session)
    next_date = modules.next_date
    if record is None:
        today = services.now().astimezone(session.start.tzinfo).date()
        entered = first_fields(session, today, next_date)
    else:
        entered = stored_fields(record, next_date)
    entered[_PRIVATE] = "" if note is None else note.view.text
    response = form.render(Side.COACH, session, entered, modules)
    if note is not None:
        remember_version(response, services, principal, note.notebook_version)
    return response


@SESSION_REPORT_PAGES.post("/note")
def save_note(
    form_fields: FormFields,
    form: FormPageDep,
    services: ServicesDep,
    principal: PrincipalDep,
) -> Response:
    """Store the shared record and the coach's own note."""
    entered = entered_fields(form_fields) | {_PRIVATE: form_fields.get(_PRIVATE, "")}
    record, note, faults = _validate_session_note(entered)
    if record is None or note is None:
        return form.render_faults(Side.COACH, entered, faults)
    try:
        return _save(form, services, principal, record, note)
    except NotebookNeededError:
        setup_fields = {field: form_fields.get(field, "").strip() for field in SETUP_FIELDS}
        setup = next_step(services, principal, setup_fields, device=device_name(form.request))
        if setup.is_done and setup.access is not None:
            return _save(form, services, setup.access.principal, record, note)
        response = form.render_faults(Side.COACH, entered, setup.faults, setup)
        if setup.access is not None:
            remember_notebook(response, services, setup.access)
        return response
    except (NotesLockedError, NotebookAlteredError) as error:
        why: dict[str, Displayed] = {_PRIVATE: facts.NOTHING_SAVED(reason=error.shown)}
        return form.render_faults(Side.COACH, entered, why)
    except UnusableInputError as error:
        return form.render_faults(Side.COACH, entered, by_form_field(entered, error.by_column))


def _save(
    form: FormPage, services: Services, principal: Principal, record: SharedRecord, note: Note
) -> Response:
    """Store the record and the note, and redirect to the session."""
    saved = session_reports.save_session_note(services, principal, form.session_id, record, note)
    writer = principal_of(form.request)  # before a notebook was started
    draft = report_draft(services, writer, form.session_id, Side.COACH)
    response = redirect_after_post(draft.sent(form.session_page))
    if saved is not None:
        remember_version(response, services, principal, saved.notebook_version)
    return response


@SESSION_REPORT_PAGES.get("/feedback")
def feedback_form(
    session_id: str, form: FormPageDep, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Show the feedback form, filled in with any earlier feedback."""
    found = session_reports.read_session_with_reports(services, principal, session_id)
    entered = given_fields(services, found.reports.feedback)
    return form.render(Side.COACHEE, found.session, entered)


@SESSION_REPORT_PAGES.post("/feedback")
def save_feedback(
    session_id: str,
    form_fields: FormFields,
    form: FormPageDep,
    services: ServicesDep,
    principal: PrincipalDep,
) -> Response:
    """Store the coachee's feedback."""
    entered = {field: form_fields.get(field, "") for field in feedback_fields(services)}
    feedback, faults = read_feedback_form(services, entered)
    if feedback is None:
        return form.render_faults(Side.COACHEE, entered, faults)
    try:
        session_reports.give_feedback(services, principal, session_id, feedback)
    except ConflictError as error:
        return form.render_faults(Side.COACHEE, entered, {"": error.shown})
    except UnusableInputError as error:
        return form.render_faults(Side.COACHEE, entered, by_field(error.by_column))
    draft = report_draft(services, principal, session_id, Side.COACHEE)
    return redirect_after_post(draft.sent(form.session_page))


def _validate_session_note(
    entered: Mapping[str, str],
) -> tuple[SharedRecord | None, Note | None, dict[str, Displayed]]:
    """Return the submitted record and note (`None` if invalid), and the faults keyed by field."""
    record, faults = read_record(entered)
    note, note_faults = validate_form(Note, {"text": entered[_PRIVATE]}, fallback_field="text")
    if note is None:
        faults[_PRIVATE] = note_faults["text"]
    return record, note, faults


ROUTERS = (SESSION_REPORT_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", "/p/{link}/sessions/{session_id}/note"): Permission(
        COACH, own_only=True, requires_verification=True
    ),
    ("POST", "/p/{link}/sessions/{session_id}/note"): Permission(
        COACH, own_only=True, requires_verification=True
    ),
    ("GET", "/p/{link}/sessions/{session_id}/feedback"): Permission(
        COACHEE, own_only=True, requires_verification=True
    ),
    ("POST", "/p/{link}/sessions/{session_id}/feedback"): Permission(
        COACHEE, own_only=True, requires_verification=True
    ),
}
