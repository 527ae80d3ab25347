"""The database: SQLite or PostgreSQL, chosen by URL; the code is the same for both."""
