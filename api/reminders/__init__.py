"""Reminders about missing replies, records and feedback."""
