"""Logging configuration, and descriptions of exceptions without personal data."""
