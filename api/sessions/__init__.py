"""Sessions: the published timetable, replies to it, and the progress of a running cycle."""
