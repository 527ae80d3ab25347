"""Logging: configuration, and descriptions of exceptions without their messages."""
