"""Logging: its configuration, and where an exception was raised without its message."""
