"""Reminders: which are due, to whom, and whether they are switched on for a cycle."""
