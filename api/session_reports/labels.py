"""Form options for records and feedback."""

from __future__ import annotations

from api.results.printable_forms import ATTENDANCE_LABELS
from api.session_reports import facts
from api.web.labels import Option
from coach.feedback import RATINGS
from coach.texts.facts import Displayed

NO_RATING = "none"
ATTENDANCES = tuple(Option(value.value, words) for value, words in ATTENDANCE_LABELS.items())
RATING_OPTIONS = (
    *(
        Option(str(number), facts.RATING_OPTION(number=number, word=word))
        for number, word in RATINGS.items()
    ),
    Option(NO_RATING, facts.NO_RATING()),
)


def rating_text(rating: int | None) -> Displayed:
    """Return a rating, such as `4 of 5: good`, or an empty string for no rating."""
    if rating is None:
        return ""
    return facts.RATING(number=rating, of=max(RATINGS), word=RATINGS[rating])
