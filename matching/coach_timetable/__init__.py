"""Timetable of one coach: which sets of coachees it can hold, and when their sessions are."""
