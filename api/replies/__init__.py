"""Replies to invitations: on pages, and in emails that people and their calendars send."""
