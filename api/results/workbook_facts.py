"""Texts in a plan's workbook.

The name of a sheet has at most 31 characters; longer translations are truncated.
"""

from __future__ import annotations

from coach.texts.facts import FACT, NUMBER, message

SCHEDULE = message("workbook.schedule", "Schedule")
MATCHES = message("workbook.matches", "Matches")
UNMATCHED = message("workbook.unmatched", "Unmatched")
COACHES = message("workbook.coaches", "Coaches")

DAY = message("workbook.day", "Day")
TIME = message("workbook.time", "Time")
ZONE = message("workbook.zone", "Time zone")
SESSION = message("workbook.session", "Session")
COACHEE = message("workbook.coachee", "Coachee")
COACHEE_ID = message("workbook.coachee_id", "Coachee ID")
COACH = message("workbook.coach", "Coach")
COACH_ID = message("workbook.coach_id", "Coach ID")
POINTS = message("workbook.points", "Points")
# i18n: the highest number of points that any match can have.
OUT_OF = message("workbook.out_of", "Maximum")
BECAUSE = message("workbook.because", "Reasons")
WHY = message("workbook.why", "Reason")
FUNNEL = message("workbook.funnel", "Coaches left after each rule")
REMEDIES = message("workbook.remedies", "What would help (verified)")
COACHEES = message("workbook.coachees", "Coachees")
PLACES = message("workbook.places", "Places")
SESSIONS = message("workbook.sessions", "Sessions")

VERDICT = message(
    "workbook.verdict",
    "{rule}: {because} ({weight} x {points})",
    rule=FACT,
    because=FACT,
    weight=NUMBER,
    points=NUMBER,
)
FUNNEL_STEP = message("workbook.funnel_step", "{rule}: {left}", rule=FACT, left=NUMBER)
