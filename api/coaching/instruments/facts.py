"""Messages about questions that people are asked, and about their answers."""

from __future__ import annotations

from coach.occasions import Occasion
from coach.texts.facts import FACT, NUMBER, ONE_DECIMAL, listed, message

NOT_ASKED = message("questions.not_asked", "these questions are meant for somebody else")
NOT_OPEN = message("questions.not_open", "you cannot answer these questions at the moment")
ANSWERED = message(
    "questions.answered", "you have already answered these questions; they are asked only once"
)
QUESTIONS_CHANGED = message(
    "questions.changed",
    "the questions have changed since you opened this page; read them again, then "
    "send your answers",
)
# i18n: a point of a scale and its label, such as: 4 of 5: mostly true.
POINT = message(
    "questions.point", "{number} of {of}: {label}", number=NUMBER, of=NUMBER, label=FACT
)
# i18n: a point of a scale as an option of a form: 4: mostly true.
POINT_OPTION = message("questions.point_option", "{number}: {label}", number=NUMBER, label=FACT)
# i18n: what the lowest and the highest point of a scale mean: 1 = not true, 5 = fully true.
ENDS = message(
    "questions.ends",
    "{lowest} = {low}, {highest} = {high}",
    lowest=NUMBER,
    low=FACT,
    highest=NUMBER,
    high=FACT,
)
NO_ANSWER = message("questions.no_answer", "no answer")
YES = message("questions.yes", "yes")
NO = message("questions.no", "no")
NOTHING_CHOSEN = message("questions.nothing_chosen", "none of them")
CHOSEN = message("questions.chosen", "{choices}", choices=listed(FACT))
# i18n: an item, and which of its two ratings is meant.
ITEM_AT = message("questions.item_at", "{item} ({aspect})", item=FACT, aspect=FACT)
MEAN = message("questions.mean", "{mean}", mean=ONE_DECIMAL)
OF_COACHEES = message("questions.of_coachees", "coachees")
OF_COACHES = message("questions.of_coaches", "coaches")
OCCASIONS = {
    Occasion.AFTER_SESSION: message("questions.after_session", "after each session"),
    Occasion.START: message("questions.start", "before the first session"),
    Occasion.SECOND_SESSION: message("questions.second_session", "after the second session"),
    Occasion.LAST_BUT_ONE: message("questions.last_but_one", "after the second-to-last session"),
    Occasion.END: message("questions.end", "after the last session"),
    Occasion.FOLLOW_UP: message("questions.follow_up", "a few months later"),
}
