"""View models of records and feedback, formatted for display in the reader's time zone."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from api.results.printable_forms import ATTENDANCE_LABELS
from api.session_reports.feedback import FeedbackView
from api.session_reports.labels import rating_text
from api.session_reports.records import RecordView
from api.web.date_formats import format_date, format_short_datetime
from coach.texts.facts import Displayed


@dataclass(frozen=True, slots=True)
class RecordText:
    """A shared record, formatted for display."""

    day: Displayed
    attendance: Displayed
    topic: str
    agreed_actions: str
    next_step: str
    submitted: Displayed


@dataclass(frozen=True, slots=True)
class FeedbackText:
    """Feedback, formatted for display."""

    attendance: Displayed
    rating: Displayed
    text: str
    submitted: Displayed


def record_text(record: RecordView, zone: ZoneInfo) -> RecordText:
    """Format `record` for a reader in `zone`."""
    return RecordText(
        day=format_date(record.session_date),
        attendance=ATTENDANCE_LABELS[record.attendance],
        topic=record.topic,
        agreed_actions=record.agreed_actions,
        next_step=record.next_step,
        submitted=format_short_datetime(record.submitted_at, zone),
    )


def feedback_text(feedback: FeedbackView, zone: ZoneInfo) -> FeedbackText:
    """Format `feedback` for a reader in `zone`."""
    return FeedbackText(
        attendance=ATTENDANCE_LABELS[feedback.attendance],
        rating=rating_text(feedback.rating),
        text=feedback.text,
        submitted=format_short_datetime(feedback.submitted_at, zone),
    )
