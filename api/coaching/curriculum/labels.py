"""Form options for courses."""

from __future__ import annotations

from api.coaching.curriculum import facts
from api.web.labels import Option
from api.web.shown_forms import words_of
from coach.curriculum import Course

COURSES = tuple(Option(course.value, facts.COURSES[course]) for course in Course)
MODULE_WORDS = words_of(level=COURSES, sensitive=(Option("yes", facts.SENSITIVE()),))
