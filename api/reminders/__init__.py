"""Reminders: what is due, and to whom."""
