"""Reminders: which are due, their recipients, and the switch for each cycle."""
