"""What results files, the report and the pages of a plan say."""

from __future__ import annotations

from coach.texts.facts import FACT, NUMBER, SHORT_DATE, WEEKDAY, message

# i18n: the label of a session in the timetable chart, which has room for six characters: Wed 20
MARK = message("results.mark", "{weekday} {day}", weekday=WEEKDAY, day=NUMBER)
MARK_TIP = message(
    "results.mark_tip",
    "Session {number}: {day}, {hours}",
    number=NUMBER,
    day=SHORT_DATE,
    hours=FACT,
)
