"""Database access for SQLite and PostgreSQL, selected by URL."""
