"""Reminders about upcoming sessions and missing replies, records and feedback; follow-up emails."""
