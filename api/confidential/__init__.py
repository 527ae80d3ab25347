"""Sealing what coaches write for themselves, so that the database alone does not tell it."""
