"""The application layer: HTTP, pages, command line, database, jobs and email."""
