"""One coach's timetable: which sets of coachees it can hold, and when their sessions are."""
