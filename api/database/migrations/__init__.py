"""Alembic migrations of the database; the revisions are in `versions`."""
