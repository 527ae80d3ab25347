"""Brings the assignment and the coaches' timetables to one proven plan, level by level."""
