"""Form options for records and feedback."""

from __future__ import annotations

from api.results.printable_forms import ATTENDANCE_LABELS
from api.web.labels import Option
from coach.feedback import RATINGS

NO_RATING = "none"
ATTENDANCES = tuple(Option(value.value, words) for value, words in ATTENDANCE_LABELS.items())
RATING_OPTIONS = (
    *(Option(str(number), f"{number}: {word}") for number, word in RATINGS.items()),
    Option(NO_RATING, "no rating"),
)


def rating_text(rating: int | None) -> str:
    """Return a rating as text, such as `4 of 5: good`, or an empty string for no rating."""
    return "" if rating is None else f"{rating} of {max(RATINGS)}: {RATINGS[rating]}"
