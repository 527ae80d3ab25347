"""The application around the domain: HTTP, pages, command line, database, jobs and email."""
