"""The outside of the programme: files, command line, database, jobs, HTTP and pages."""
