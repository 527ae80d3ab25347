"""Reminders: which are due, to whom, and whether a cycle has them."""
