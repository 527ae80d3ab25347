"""Sealing what coaches write for themselves, so that a stolen database does not tell it."""
