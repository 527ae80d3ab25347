"""The database: one file of SQLite or a PostgreSQL by URL, the same code on both."""
