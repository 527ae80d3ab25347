"""JSON routes for lists that are checked before they are used."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, File, UploadFile
from pydantic import BaseModel, ConfigDict

from api.http.dependencies import PrincipalDep, ServicesDep, TextsDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.principal import TokenScope
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.http.versions import RequiredVersion
from api.input_files.source import NamedFile
from api.participants.preview import service
from api.participants.preview.outcome import (
    EncodingQuestion,
    HeaderQuestion,
    Located,
    UploadedFiles,
)
from api.participants.preview.review_json import ListJson, ReviewJson, review_json
from api.participants.preview.service import Confirmation, Preview, PreviewAnswers
from api.participants.preview.undo_lists import undo_lists
from api.participants.rows import Side
from api.participants.upload import UploadSummary
from coach.texts.renderer import Renderer

PREVIEWS = APIRouter(prefix=f"{API}/cycles", tags=["people"])
_WRITE = Permission(MANAGER, scope=TokenScope.PEOPLE)


class MessageJson(Located):
    """A message about a place in a file; `text` is `message` as text."""

    text: str


class PreviewJson(BaseModel):
    """Lists that are awaiting a decision.

    `lists` and `review` are `None` while there are questions. `confirm` is true if the lists have
    to be confirmed with `although`. `seen` is required to use the lists.
    """

    model_config = ConfigDict(frozen=True)

    expires_at: datetime
    files: dict[Side, str]
    encodings: tuple[EncodingQuestion, ...]
    headers: tuple[HeaderQuestion, ...]
    understood: tuple[MessageJson, ...]
    warnings: tuple[MessageJson, ...]
    lists: tuple[ListJson, ...] | None
    review: ReviewJson | None
    confirm: bool
    seen: str


def preview_json(preview: Preview, texts: Renderer) -> PreviewJson:
    """Return a preview as JSON values, with messages in the language of `texts`."""
    outcome, reviewed = preview.outcome, None
    if preview.review is not None:
        reviewed = review_json(preview.review, outcome.rows, texts)

    def messages(found: tuple[Located, ...]) -> tuple[MessageJson, ...]:
        return tuple(
            MessageJson(**one.model_dump(exclude={"message"}), message=one.message,
                        text=texts.text(one.message))
            for one in found
        )  # fmt: skip

    return PreviewJson(
        expires_at=preview.expires_at,
        files=dict(preview.files),
        encodings=outcome.encodings,
        headers=outcome.headers,
        understood=messages(outcome.understood),
        warnings=messages(outcome.warnings),
        lists=None if reviewed is None else reviewed[0],
        review=None if reviewed is None else reviewed[1],
        confirm=bool(preview.concerns),
        seen=preview.seen,
    )


def uploaded_files(coachees: UploadFile | None, coaches: UploadFile | None) -> UploadedFiles:
    """Return the uploaded lists, keyed by side, omitting file fields that were left empty."""
    return {
        side: NamedFile(file.filename, file.file.read())
        for side, file in ((Side.COACHEE, coachees), (Side.COACH, coaches))
        if file is not None and file.filename
    }


@PREVIEWS.post(
    "/{cycle_id}/people/preview",
    status_code=HTTPStatus.CREATED,
    responses=problem_responses(404, 409, 413, 422),
)
def preview_people(
    cycle_id: str,
    services: ServicesDep,
    texts: TextsDep,
    coachees: Annotated[UploadFile | None, File()] = None,
    coaches: Annotated[UploadFile | None, File()] = None,
) -> PreviewJson:
    """Upload one list or both for review, as CSV, XLSX or ODS files of at most 20 MiB each.

    The people in the cycle do not change until you use the lists. The lists are kept for 24 hours,
    and replace any lists that were uploaded earlier and not used.
    """
    files = uploaded_files(coachees, coaches)
    return preview_json(service.preview_lists(services, cycle_id, files), texts)


@PREVIEWS.get("/{cycle_id}/people/preview", responses=problem_responses(404))
def read_preview(cycle_id: str, services: ServicesDep, texts: TextsDep) -> PreviewJson:
    """Get the lists awaiting a decision, compared with the people currently in the cycle."""
    return preview_json(service.read_preview(services, cycle_id), texts)


@PREVIEWS.put("/{cycle_id}/people/preview/answers", responses=problem_responses(404, 422))
def answer_list_questions(
    cycle_id: str, answers: PreviewAnswers, services: ServicesDep, texts: TextsDep
) -> PreviewJson:
    """Answer the questions about encodings and headers.

    The meanings of headers are remembered for later uploads.
    """
    return preview_json(service.answer_questions(services, cycle_id, answers), texts)


@PREVIEWS.post("/{cycle_id}/people/preview/use", responses=problem_responses(404, 409, 412, 422))
def use_previewed_lists(
    cycle_id: str, confirmation: Confirmation, services: ServicesDep, principal: PrincipalDep
) -> tuple[UploadSummary, ...]:
    """Replace the lists of the cycle with the uploaded ones."""
    return service.use_lists(services, principal, cycle_id, confirmation)


@PREVIEWS.delete(
    "/{cycle_id}/people/preview",
    status_code=HTTPStatus.NO_CONTENT,
    responses=problem_responses(404),
)
def discard_previewed_lists(cycle_id: str, services: ServicesDep) -> None:
    """Delete the lists that are awaiting a decision."""
    service.discard_lists(services, cycle_id)


@PREVIEWS.post(
    "/{cycle_id}/people/undo",
    status_code=HTTPStatus.NO_CONTENT,
    responses=problem_responses(404, 409, 412, 422, 428),
)
def undo_latest_lists(
    cycle_id: str, services: ServicesDep, principal: PrincipalDep, version: RequiredVersion
) -> None:
    """Restore the people as they were before the latest lists, if no run has started since."""
    undo_lists(services, principal, cycle_id, version=version)


ROUTERS = (PREVIEWS,)
PERMISSIONS: Permissions = {
    ("POST", API + "/cycles/{cycle_id}/people/preview"): _WRITE,
    ("GET", API + "/cycles/{cycle_id}/people/preview"): Permission(
        MANAGER, audit_action="people opened"
    ),
    ("PUT", API + "/cycles/{cycle_id}/people/preview/answers"): _WRITE,
    ("POST", API + "/cycles/{cycle_id}/people/preview/use"): _WRITE,
    ("DELETE", API + "/cycles/{cycle_id}/people/preview"): _WRITE,
    ("POST", API + "/cycles/{cycle_id}/people/undo"): _WRITE,
}
