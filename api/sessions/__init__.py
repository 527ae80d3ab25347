"""Sessions: the published timetable, replies, and the progress of a running cycle."""
