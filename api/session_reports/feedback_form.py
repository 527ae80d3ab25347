"""The fields of the feedback form: attendance, the questions asked after a session, and a text."""

from __future__ import annotations

from collections.abc import Mapping

from api.coaching.instruments.fields import (
    entered_answers,
    field_names,
    form_values,
    item_fields,
    origins_of,
    scale_ends,
)
from api.input_files.instruments import instruments_of
from api.services import Services
from api.session_reports.feedback import FeedbackView
from api.session_reports.labels import outcome_value, split_outcome
from api.web.rendering import non_empty_fields, validate_form
from coach.feedback import Feedback
from coach.instruments import Instrument, Moment
from coach.texts.facts import Displayed

_ATTENDANCE, _TEXT = "attendance", "text"


def after_session_instrument(services: Services) -> Instrument | None:
    """Return the questions asked of a coachee after a session, or `None` if none are asked."""
    return instruments_of(services.settings).get(Moment.AFTER_SESSION)


def feedback_fields(services: Services) -> tuple[str, ...]:
    """Return the names of the fields of the form."""
    asked = after_session_instrument(services)
    return (_ATTENDANCE, *(() if asked is None else field_names(asked)), _TEXT)


def question_options(services: Services) -> dict[str, object]:
    """Return the template values for the questions."""
    asked = after_session_instrument(services)
    return {
        "origins": None if asked is None else origins_of(asked),
        "items": () if asked is None else item_fields(asked),
        "ends": "" if asked is None else scale_ends(asked),
    }


def given_fields(services: Services, given: FeedbackView | None) -> dict[str, str]:
    """Return the values of the fields for existing feedback; empty values if there is none."""
    entered = dict.fromkeys(feedback_fields(services), "")
    if given is None:
        return entered
    asked = after_session_instrument(services)
    for sheet in given.answered:
        if asked is not None and sheet.instrument.code == asked.code:
            entered |= form_values(asked, sheet.answers)
    outcome = outcome_value(given.attendance, given.absent)
    return entered | {_ATTENDANCE: outcome, _TEXT: given.text}


def read_feedback_form(
    services: Services, entered: Mapping[str, str]
) -> tuple[Feedback | None, dict[str, Displayed]]:
    """Return the feedback that the fields contain, or `None` and a fault for each invalid field."""
    asked = after_session_instrument(services)
    submitted = {
        **non_empty_fields(split_outcome(entered[_ATTENDANCE])),
        "answers": {} if asked is None else entered_answers(asked, entered),
        _TEXT: entered[_TEXT],
    }
    return validate_form(Feedback, submitted, fallback_field=_ATTENDANCE)
