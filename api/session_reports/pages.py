"""The two forms of a session: the coach's session note, and the coachee's feedback."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.http import urls as addresses
from api.http.dependencies import PrincipalDep, ServicesDep, principal_of, services_for
from api.http.permissions import COACH, COACHEE, Permission, Permissions
from api.participants.rows import Side
from api.session_reports import feedback as feedback_reports
from api.session_reports import note_access as note_opening
from api.session_reports import notes, records
from api.session_reports import service as statements
from api.session_reports.labels import ATTENDANCES, NO_RATING, RATING_OPTIONS
from api.session_reports.note_access import NotesClosedError
from api.session_reports.note_access_pages import code_page
from api.session_reports.note_access_routes import set_note_key_cookie
from api.sessions import schedule
from api.sessions.presenters import own_session_line
from api.web.rendering import (
    FormFields,
    as_sentence,
    deployment_of,
    non_empty_fields,
    redirect_after_post,
    render_page,
    validate_form,
)
from coach.errors import ConflictError, NotAllowedError, UnusableInputError
from coach.feedback import Feedback, Note, SharedRecord

SESSION_REPORT_PAGES = APIRouter(prefix="/p/{link}/sessions/{session_id}", include_in_schema=False)
_RECORD_FIELDS = ("attendance", "session_date", "topic", "agreed_actions", "next_step")
_FEEDBACK_FIELDS = ("attendance", "rating", "text")
_PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class FormPage:
    """Draws one of the two forms for the person whose link it is."""

    request: Request
    link: str
    session_id: str

    @property
    def session_page(self) -> str:
        """The address of the page about the session, where a form leads back to."""
        return addresses.person_session(self.link, self.session_id)

    def render(
        self, side: Side, entered: Mapping[str, str], faults: Mapping[str, str] | None = None
    ) -> Response:
        """The form of `side`, filled with `entered`, with `faults` beside their fields.

        Raises:
            NotFoundError: there is no such session, or it is somebody else's.
            NotAllowedError: the form is the other side's.
        """
        services, principal = services_for(self.request), principal_of(self.request)
        if principal.role.value != side.value:
            raise NotAllowedError("this form is for the other person of the session")
        with services.database.reading() as tx:
            session = schedule.session_view(tx, principal, self.session_id)
        deployment = deployment_of(self.request)
        return render_page(
            self.request,
            "session_reports/note_form.html"
            if side is Side.COACH
            else "session_reports/feedback_form.html",
            HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
            home=addresses.person(self.link),
            line=own_session_line(session, side, self.session_page, deployment, services.now()),
            attendances=ATTENDANCES,
            ratings=RATING_OPTIONS,
            entered=entered,
            faults=faults or {},
        )


FormPageDep = Annotated[FormPage, Depends()]


@SESSION_REPORT_PAGES.get("/note")
def note_form(
    session_id: str, form: FormPageDep, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """The session note form, filled with what was saved before."""
    with services.database.reading() as tx:
        submitted = statements.read_reports(tx, services.keyring, principal, session_id)
        session = schedule.session_view(tx, principal, session_id)
    today = services.now().astimezone(session.start.tzinfo).date()
    day = min(session.start.date(), today)
    entered = dict.fromkeys(_RECORD_FIELDS, "") | {"session_date": day.isoformat()}
    if submitted.record is not None:
        entered = {name: str(getattr(submitted.record, name)) for name in _RECORD_FIELDS}
    entered[_PRIVATE] = "" if submitted.note is None else submitted.note.text
    return form.render(Side.COACH, entered)


@SESSION_REPORT_PAGES.post("/note")
def save_note(
    session_id: str,
    form_fields: FormFields,
    form: FormPageDep,
    services: ServicesDep,
    principal: PrincipalDep,
) -> Response:
    """Keep the shared record and, apart from it, the coach's own note."""
    shared = {field: form_fields.get(field, "") for field in _RECORD_FIELDS}
    private = form_fields.get(_PRIVATE, "")
    record, faults = validate_form(SharedRecord, non_empty_fields(shared), fallback_field="topic")
    note, note_faults = validate_form(Note, {"text": private}, fallback_field="text")
    if record is None or note is None:
        if note is None:
            faults[_PRIVATE] = note_faults["text"]
        return form.render(Side.COACH, shared | {_PRIVATE: private}, faults)
    now, key, code = services.now(), None, ""
    try:
        with services.database.writing() as tx:
            records.submit_record(tx, principal, session_id, record, now=now)
            before = statements.read_reports(tx, services.keyring, principal, session_id).note
            if note.text != ("" if before is None else before.text):
                writer, key = note_opening.open_first_notebook(tx, principal, now=now)
                notes.write_note(tx, services.keyring, writer, session_id, note, now=now)
                code = note_opening.make_recovery_code(tx, writer) if key is not None else ""
    except NotesClosedError as error:
        why = {_PRIVATE: f"Nothing was saved, because {error}."}
        return form.render(Side.COACH, shared | {_PRIVATE: private}, why)
    except UnusableInputError as error:
        why = {fault.column: as_sentence(fault.message) for fault in error.faults}
        return form.render(Side.COACH, shared | {_PRIVATE: private}, why)
    response: Response = redirect_after_post(form.session_page)
    if code:
        response = code_page(form.request, form.link, code, form.session_page)
    set_note_key_cookie(response, services, principal, key)
    return response


@SESSION_REPORT_PAGES.get("/feedback")
def feedback_form(
    session_id: str, form: FormPageDep, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """The feedback form, filled with what was given before."""
    with services.database.reading() as tx:
        given = statements.read_reports(tx, services.keyring, principal, session_id).feedback
    entered = dict.fromkeys(_FEEDBACK_FIELDS, "")
    if given is not None:
        rating = NO_RATING if given.rating is None else str(given.rating)
        entered = {"attendance": given.attendance.value, "rating": rating, "text": given.text}
    return form.render(Side.COACHEE, entered)


@SESSION_REPORT_PAGES.post("/feedback")
def save_feedback(
    session_id: str,
    form_fields: FormFields,
    form: FormPageDep,
    services: ServicesDep,
    principal: PrincipalDep,
) -> Response:
    """Keep the coachee's feedback."""
    entered = {field: form_fields.get(field, "") for field in _FEEDBACK_FIELDS}
    submitted = {
        field: text for field, text in entered.items() if text != NO_RATING or field != "rating"
    }
    feedback, faults = validate_form(Feedback, non_empty_fields(submitted), fallback_field="rating")
    if feedback is None:
        return form.render(Side.COACHEE, entered, faults)
    try:
        with services.database.writing() as tx:
            feedback_reports.give_feedback(tx, principal, session_id, feedback, now=services.now())
    except ConflictError as error:
        return form.render(Side.COACHEE, entered, {"": as_sentence(str(error))})
    return redirect_after_post(form.session_page)


ROUTERS = (SESSION_REPORT_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", "/p/{link}/sessions/{session_id}/note"): Permission(COACH, own_only=True),
    ("POST", "/p/{link}/sessions/{session_id}/note"): Permission(COACH, own_only=True),
    ("GET", "/p/{link}/sessions/{session_id}/feedback"): Permission(COACHEE, own_only=True),
    ("POST", "/p/{link}/sessions/{session_id}/feedback"): Permission(COACHEE, own_only=True),
}
