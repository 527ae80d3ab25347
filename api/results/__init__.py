"""A results folder: everything a run produces, as files that can be read without a server."""
